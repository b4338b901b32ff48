"""Trained detectors and how they are made: registry, data sets, training, measuring, promotion."""

import os
import tempfile
from pathlib import Path

# Ultralytics reads these when it is first imported. It must neither call home, nor install packages, nor write a
# settings file into the home directory of whoever runs a training.
os.environ.setdefault("YOLO_OFFLINE", "true")
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_CONFIG_DIR", str(Path(tempfile.gettempdir()) / "gridpatrol-ultralytics"))
