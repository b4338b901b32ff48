"""Open311 GeoReport v2 (https://wiki.open311.org/GeoReport_v2/): cases as service requests, and filing by people."""
