"""EPCIS 2.0 over HTTP, at the paths of GS1's OpenAPI."""
