"""Kill -9, again and again: nothing that was announced is lost, and nothing is done twice.

python -m tests.torture --kills 200
"""
