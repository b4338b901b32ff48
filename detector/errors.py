"""Exceptions of the camera side.

DetectorError
├── ConfigError        a camera, zone or rule that cannot work as written
├── SourceError        a camera that cannot be read
│   ├── SourceUnreachable   refused, timed out, name not found
│   ├── SourceDenied        wrong credentials (never retried eagerly: cameras lock accounts)
│   └── SourceEnded         a live source hung up, or a recording came to its end
├── ModelError         weights that are missing, altered or of the wrong shape
├── CalibrationError   points from which no ground plane follows
├── StoreError         the database file of the camera side cannot be used
└── EvidenceError      a picture that cannot be stored or is not in the store
"""


class DetectorError(Exception):
    """Root of the camera side's errors. The message says what, where and what to do."""


class ConfigError(DetectorError):
    """A camera, zone or rule cannot work as written."""


class SourceError(DetectorError):
    """A camera cannot be read."""


class SourceUnreachable(SourceError):
    """Refused, timed out or unknown host."""


class SourceDenied(SourceError):
    """The camera refused the credentials."""


class SourceEnded(SourceError):
    """A live source hung up, or a recording came to its end."""


class ModelError(DetectorError):
    """Weights are missing, altered or of the wrong shape."""


class CalibrationError(DetectorError):
    """The calibration points do not define a ground plane."""


class StoreError(DetectorError):
    """The database file of the camera side is damaged, locked by another process or of a newer version."""


class EvidenceError(DetectorError):
    """A picture cannot be stored, or is not in the store."""
