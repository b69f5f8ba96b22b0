from kernel.compat.names.tokens import *
