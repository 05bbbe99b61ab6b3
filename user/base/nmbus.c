// SPDX-License-Identifier: GPL-2.0
/* NetworkManager over D-Bus; see nmbus.h. */
#include "base/nmbus.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "base/clock.h"

#define NM "org.freedesktop.NetworkManager"
#define NM_PATH "/org/freedesktop/NetworkManager"
#define NM_DEVICE NM ".Device"
#define BUS_SOCKET "/run/dbus/system_bus_socket"
#define RELOAD_CONF 1U /* the configuration alone, no connection */
#define STATE_UNMANAGED 10U
#define STATE_DISCONNECTED 30U
#define STATE_ACTIVATED 100U
#define STATE_DEACTIVATING 110U
#define CALL_US 5000000ULL
#define WAIT_US 5000000ULL
#define SETTLE_US 10000000ULL /* a connection without an answer takes as long as it likes */
#define LET_GO_US 30000000ULL /* from the same moment on; its dispatcher scripts take time */

/* A call that does not start who is not there. */
static int call(sd_bus *bus, const char *method, const char *type, const void *arg,
		sd_bus_error *error, sd_bus_message **reply)
{
	sd_bus_message *m = NULL;
	int ret;

	ret = sd_bus_message_new_method_call(bus, &m, NM, NM_PATH, NM, method);
	if (ret >= 0)
		ret = sd_bus_message_set_auto_start(m, 0);
	if (ret >= 0)
		ret = sd_bus_message_append_basic(m, type[0], arg);
	if (ret >= 0)
		ret = sd_bus_call(bus, m, 0, error, reply);
	sd_bus_message_unref(m);
	return ret < 0 ? ret : 0;
}

static bool nobody_there(const sd_bus_error *error)
{
	return sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
	       sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
}

static int on_state(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	return 0; /* it only ends the waiting: the state is read */
}

/* One message or the end of the time, whichever comes first. */
static int wait_for_word(sd_bus *bus, uint64_t until_us)
{
	uint64_t now = clock_mono_ns() / 1000;
	int ret = sd_bus_process(bus, NULL);

	if (ret)
		return ret < 0 ? ret : 0;
	if (now >= until_us)
		return -ETIME;
	ret = sd_bus_wait(bus, until_us - now);
	return ret < 0 && ret != -EINTR ? ret : 0;
}

static int state_wait(sd_bus *bus, const char *path, const char *ifname, struct err *err)
{
	uint64_t began_us = clock_mono_ns() / 1000, until_us = began_us + WAIT_US;
	sd_bus_error error = SD_BUS_ERROR_NULL;
	uint32_t state = 0;
	int ret;

	do {
		ret = sd_bus_get_property_trivial(bus, NM, path, NM_DEVICE, "State", &error, 'u',
						  &state);
		if (ret >= 0 && state == STATE_DEACTIVATING)
			until_us = began_us + LET_GO_US;
		if (ret >= 0 && state != STATE_UNMANAGED)
			ret = wait_for_word(bus, until_us);
	} while (ret >= 0 && state != STATE_UNMANAGED);
	if (ret == -ETIME && state == STATE_DEACTIVATING)
		(void)err_set(err, ret,
			      "NetworkManager is still letting go of %s after %llu s: look at its "
			      "log for what it waits for, then run it again",
			      ifname, LET_GO_US / 1000000);
	else if (ret == -ETIME)
		(void)err_set(err, ret,
			      "NetworkManager has read it, and keeps %s all the same: what else "
			      "its configuration says wins (NetworkManager --print-config)",
			      ifname);
	else if (ret < 0)
		(void)err_set(err, ret, "NetworkManager does not say what becomes of %s: %s",
			      ifname, error.message ? error.message : strerror(-ret));
	sd_bus_error_free(&error);
	return ret < 0 ? ret : 0;
}

/* Between two states it has taken addresses away that it is about to bring, or the other way. */
static bool is_settled(uint32_t state)
{
	return state <= STATE_DISCONNECTED || state == STATE_ACTIVATED;
}

/* What it has not done by then, it may do later. */
static void settled_wait(sd_bus *bus, const char *path)
{
	uint64_t until_us = clock_mono_ns() / 1000 + SETTLE_US;
	uint32_t state = 0;
	int ret;

	do {
		ret = sd_bus_get_property_trivial(bus, NM, path, NM_DEVICE, "State", NULL, 'u',
						  &state);
		if (ret >= 0 && !is_settled(state))
			ret = wait_for_word(bus, until_us);
	} while (ret >= 0 && !is_settled(state));
}

/* Looks for @ifname and waits: for its end, or (@settled) only until nothing is under way. */
static int device_wait(sd_bus *bus, const char *ifname, bool settled, struct err *err)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *path = NULL;
	int ret;

	ret = call(bus, "GetDeviceByIpIface", "s", ifname, &error, &reply);
	if (sd_bus_error_has_name(&error, NM ".UnknownDevice")) {
		ret = 0; /* not of its kind, or gone again */
		goto free_reply;
	}
	if (ret >= 0)
		ret = sd_bus_message_read(reply, "o", &path);
	if (ret >= 0)
		ret = sd_bus_match_signal(bus, NULL, NM, path, NM_DEVICE, "StateChanged", on_state,
					  NULL);
	if (ret >= 0 && settled)
		settled_wait(bus, path);
	else if (ret >= 0)
		ret = state_wait(bus, path, ifname, err);
	else
		(void)err_set(err, ret, "NetworkManager cannot be asked for %s: %s", ifname,
			      error.message ? error.message : strerror(-ret));
free_reply:
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	return ret < 0 ? ret : 0;
}

void nmbus_settle(const char *ifname)
{
	struct err unsaid = { 0 }; /* whoever needs NetworkManager hears of it when he tells it */
	sd_bus *bus = NULL;

	if (sd_bus_open_system(&bus) >= 0 && sd_bus_set_method_call_timeout(bus, CALL_US) >= 0)
		(void)device_wait(bus, ifname, true, &unsaid);
	sd_bus_flush_close_unref(bus);
}

int nmbus_reload(const char *unmanaged, struct err *err)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	const uint32_t flags = RELOAD_CONF;
	sd_bus *bus = NULL;
	int ret;

	ret = sd_bus_open_system(&bus);
	if (ret < 0 && access(BUS_SOCKET, F_OK) && errno == ENOENT)
		return 0; /* without a bus there is no NetworkManager either */
	if (ret >= 0)
		ret = sd_bus_set_method_call_timeout(bus, CALL_US);
	if (ret >= 0)
		ret = call(bus, "Reload", "u", &flags, &error, NULL);
	if (ret < 0 && nobody_there(&error))
		ret = 0;
	else if (ret < 0)
		(void)err_set(err, ret,
			      "NetworkManager could not be told to read its configuration again: "
			      "%s; nmcli general reload conf does",
			      error.message ? error.message : strerror(-ret));
	else if (unmanaged)
		ret = device_wait(bus, unmanaged, false, err);
	sd_bus_error_free(&error);
	sd_bus_flush_close_unref(bus);
	return ret < 0 ? ret : 0;
}
