#!/bin/sh
# What `netlane up` would do on the node that this was made for: 0 changes.
# To be read, then run as root. Nothing here is taken back by itself;
# `netlane up` keeps a journal and `netlane down` undoes.
#
# eth0: already straight (the driver's default)
# note: eth0: the device or the VPC keeps the receive hash, as on most ECS types

set -eu
