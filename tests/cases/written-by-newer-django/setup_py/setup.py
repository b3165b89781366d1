from setuptools import setup

setup(install_requires=["Django>=4.1"])
