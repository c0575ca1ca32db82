"""Audio in and out: samples on the way to the service and back."""
