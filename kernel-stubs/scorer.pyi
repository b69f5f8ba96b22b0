from kernel.compat.names.scorer import *
