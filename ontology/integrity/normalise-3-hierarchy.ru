# Which codes a hierarchical code list reaches from its roots: down its own property, or up the property that this is the
# inverse of. SPARQL has no paths over properties that data name, so that one step is made each time.
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX normal: <https://w3id.org/jixiao/normal#>

INSERT { ?list normal:reaches ?code } WHERE { ?list a qb:HierarchicalCodeList ; qb:hierarchyRoot ?code } ;
INSERT { ?list normal:reaches ?child } WHERE {
  ?list normal:reaches ?parent ; qb:parentChildProperty ?down .
  FILTER(ISIRI(?down))
  ?parent ?down ?child .
} ;
INSERT { ?list normal:reachesUp ?code } WHERE { ?list a qb:HierarchicalCodeList ; qb:hierarchyRoot ?code } ;
INSERT { ?list normal:reachesUp ?child } WHERE {
  ?list normal:reachesUp ?parent ; qb:parentChildProperty/owl:inverseOf ?up .
  FILTER(ISIRI(?up))
  ?child ?up ?parent .
}
