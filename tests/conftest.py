pytest_plugins = ["tests.graphs", "tests.servers"]
