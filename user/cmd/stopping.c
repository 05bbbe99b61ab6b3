// SPDX-License-Identifier: GPL-2.0
/* What systemd wants with this unit; see stopping.h. */
#include "cmd/stopping.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/down.h"
#include "cmd/tell.h"

#define MANAGER "org.freedesktop.systemd1"
#define TIMEOUT_US 3000000ULL

static bool system_goes_down(sd_bus *bus)
{
	char *state = NULL;
	bool down;

	if (sd_bus_get_property_string(bus, MANAGER, "/org/freedesktop/systemd1",
				       MANAGER ".Manager", "SystemState", NULL, &state) < 0)
		return false;
	down = !strcmp(state, "stopping");
	free(state);
	return down;
}

/* The type of the unit's job, "stop", "restart", ...; NULL: it has none. 0 or -errno. */
static int job_type(sd_bus *bus, const char *unit, char **type)
{
	char *path = NULL;
	const char *job_path;
	sd_bus_message *job = NULL;
	uint32_t id = 0;
	int ret;

	ret = sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path);
	if (ret >= 0)
		ret = sd_bus_get_property(bus, MANAGER, path, MANAGER ".Unit", "Job", NULL, &job,
					  "(uo)");
	if (ret >= 0)
		ret = sd_bus_message_read(job, "(uo)", &id, &job_path);
	if (ret >= 0 && id)
		ret = sd_bus_get_property_string(bus, MANAGER, job_path, MANAGER ".Job", "JobType",
						 NULL, type);
	sd_bus_message_unref(job);
	free(path);
	return ret < 0 ? ret : 0;
}

/* 1: systemd stops this unit because somebody asked for that; 0: it does not; -errno: unknown. */
static int stopping_for_good(struct err *err)
{
	sd_bus *bus = NULL;
	char *unit = NULL, *type = NULL;
	int ret;

	if (!getenv("NOTIFY_SOCKET"))
		return 0; /* started by hand */
	ret = sd_pid_get_unit(getpid(), &unit);
	if (ret >= 0)
		ret = sd_bus_open_system(&bus);
	if (ret >= 0) {
		(void)sd_bus_set_method_call_timeout(bus, TIMEOUT_US);
		ret = job_type(bus, unit, &type);
	}
	if (ret < 0)
		err_set(err, ret,
			"systemd could not be asked over D-Bus whether this is a stop or a "
			"restart: %s",
			strerror(-ret));
	else
		ret = type && !strcmp(type, "stop") && !system_goes_down(bus);
	free(type);
	free(unit);
	sd_bus_flush_close_unref(bus);
	return ret;
}

void held_end(struct keep *keep)
{
	struct err err = { 0 };
	int ret = stopping_for_good(&err);

	if (ret > 0) {
		say("stopped: giving the node back\n");
		keep_end(keep);
		(void)down_quietly("the service was stopped");
		tell_unload();
	} else if (ret < 0) {
		(void)fail("%s; the lanes stay, netlane down gives the node back", err.text);
	} else {
		say("ended, but not by systemctl stop: the lanes stay, netlane down gives the "
		    "node back\n");
	}
}
