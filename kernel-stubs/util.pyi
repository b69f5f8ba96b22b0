from kernel.compat.names.util import *
