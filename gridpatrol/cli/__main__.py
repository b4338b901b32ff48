"""`python -m gridpatrol.cli`: the same as `gridpatrol`."""

from gridpatrol.cli import main

main()
