"""Picture arithmetic with OpenCV: what the domain asks of pixels."""
