// SPDX-License-Identifier: GPL-2.0
/* What systemd wants with this unit; see stopping.h. */
#include "cmd/stopping.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>
#include <unistd.h>

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

/* The type of the unit's job: "stop", "restart", ...; NULL: it has none. */
static char *job_type(sd_bus *bus, const char *unit)
{
	char *path = NULL, *type = NULL;
	const char *job_path;
	sd_bus_message *job = NULL;
	uint32_t id = 0;

	if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path) >= 0 &&
	    sd_bus_get_property(bus, MANAGER, path, MANAGER ".Unit", "Job", NULL, &job, "(uo)") >=
		    0 &&
	    sd_bus_message_read(job, "(uo)", &id, &job_path) >= 0 && id &&
	    sd_bus_get_property_string(bus, MANAGER, job_path, MANAGER ".Job", "JobType", NULL,
				       &type) < 0)
		type = NULL;
	sd_bus_message_unref(job);
	free(path);
	return type;
}

bool stopping_for_good(void)
{
	sd_bus *bus = NULL;
	char *unit = NULL, *type = NULL;
	bool stop = false;

	if (!getenv("NOTIFY_SOCKET") || sd_pid_get_unit(getpid(), &unit) < 0 ||
	    sd_bus_open_system(&bus) < 0)
		goto out;
	(void)sd_bus_set_method_call_timeout(bus, TIMEOUT_US);
	type = job_type(bus, unit);
	stop = type && !strcmp(type, "stop") && !system_goes_down(bus);
out:
	free(type);
	free(unit);
	sd_bus_flush_close_unref(bus);
	return stop;
}
