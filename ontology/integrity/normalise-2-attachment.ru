# What is said once of a data set or of a slice holds for each of its observations.
PREFIX qb: <http://purl.org/linked-data/cube#>

INSERT { ?observation ?property ?value } WHERE {
  ?component qb:componentAttachment qb:DataSet ; qb:componentProperty ?property .
  ?dataSet qb:structure/qb:component ?component ; ?property ?value .
  ?observation qb:dataSet ?dataSet .
} ;
INSERT { ?observation ?property ?value } WHERE {
  ?component qb:componentAttachment qb:Slice ; qb:componentProperty ?property .
  ?dataSet qb:structure/qb:component ?component ; qb:slice ?slice .
  ?slice ?property ?value ; qb:observation ?observation .
} ;
INSERT { ?observation ?property ?value } WHERE {
  ?slice qb:sliceStructure/qb:componentProperty ?property ; ?property ?value ; qb:observation ?observation .
  ?property a qb:DimensionProperty .
}
