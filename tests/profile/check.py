"""Say what the OWL API (https://github.com/owlcs/owlapi) objects to in an ontology, for OWL 2 DL and OWL 2 RL, as JSON.

    python tests/profile/check.py borrowed.ttl jixiao.ttl

Files are loaded in their order, so what is imported comes first; the last file is judged, with all that it imports.
This is a process of its own, because a Java machine cannot be started twice in one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jpype

JARS = Path("/usr/share/java")  # where Debian puts them (package libowlapi-java)
NEEDED = (
    "owlapi-api",
    "owlapi-apibinding",
    "owlapi-impl",
    "owlapi-parsers",
    "atinject-jsr330-api",
    "caffeine",
    "commons-io",
    "commons-rdf-api",
    "guava",
    "hppcrt",
    "slf4j-api",
    "xz",
)
PROFILES = ("OWL2_DL", "OWL2_RL")


def violations(files: list[str]) -> dict[str, list[str]]:
    """What each profile forbids in the last of the files, one line a violation."""
    jpype.startJVM(classpath=[str(JARS / f"{name}.jar") for name in NEEDED])
    manager = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    as_file = jpype.JClass("java.io.File")
    ontology = [manager.loadOntologyFromOntologyDocument(as_file(file)) for file in files][-1]
    profiles = jpype.JClass("org.semanticweb.owlapi.profiles.Profiles")
    return {
        name: sorted(str(each.toString()) for each in profiles.valueOf(name).checkOntology(ontology).getViolations())
        for name in PROFILES
    }


if __name__ == "__main__":
    print(json.dumps(violations(sys.argv[1:])))  # noqa: T201 - its answer
