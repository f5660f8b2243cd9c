"""Ready-made workflows, a file each. A file dropped in here, with a Workflow at its top level, is choosable."""
