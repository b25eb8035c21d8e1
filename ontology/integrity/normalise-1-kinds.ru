# What the short forms of a cube mean: kinds of things that need not be stated, and components named by their role.
# Every update is repeated until it adds nothing.
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

INSERT { ?thing a ?above } WHERE { ?thing a ?kind . ?kind rdfs:subClassOf ?above . FILTER(STRSTARTS(STR(?above), STR(qb:))) } ;
INSERT { ?observation a qb:Observation } WHERE { ?slice qb:observation ?observation } ;
INSERT { ?observation a qb:Observation . ?dataSet a qb:DataSet } WHERE { ?observation qb:dataSet ?dataSet } ;
INSERT { ?slice a qb:Slice } WHERE { ?dataSet qb:slice ?slice } ;
INSERT { ?component qb:componentProperty ?property . ?property a ?role } WHERE {
  VALUES (?named ?role) {
    (qb:dimension qb:DimensionProperty) (qb:measure qb:MeasureProperty) (qb:attribute qb:AttributeProperty)
  }
  ?component ?named ?property .
}
