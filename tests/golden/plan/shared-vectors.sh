#!/bin/sh
# What `netlane up` would do on the node that this was made for: 0 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: left, its queues share one interrupt: a lane needs one of its own

set -eu
