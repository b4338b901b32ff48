"""The bodies that stand and move in a simulated street, built from meshes."""
