// SPDX-License-Identifier: GPL-2.0
/* Who else is on the node: owners by their traces, the cloud instance by its files and service. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "facts/facts.h"
#include "facts/metadata.h"
#include "tests/unit/tree.h"

static const struct tree_nic eth0 = { "eth0", "02:11:22:33:44:55", 2, 0, 4, 25 };

static void node_make(struct tree *tree)
{
	tree_make(tree);
	tree_cpus(tree, 4, 4);
	tree_nic(tree, &eth0);
	tree_interrupts(tree, 4, &eth0, 1);
	tree_file(tree, "bash\n", "/proc/100/comm");
}

static void gather(const struct tree *tree, struct facts *facts)
{
	assert_int_equal(facts_gather(tree->root, 0, facts, NULL), 0);
}

static const struct owner *owner(const struct facts *facts, const char *name)
{
	unsigned int i;

	for (i = 0; i < facts->nr_owner; i++)
		if (!strcmp(facts->owner[i].name, name))
			return &facts->owner[i];
	return NULL;
}

static void facts__plain_node__has_no_owners(void **state)
{
	struct facts facts;
	struct tree tree;

	node_make(&tree);
	tree_file(&tree, "[Match]\nOriginalName=*\n[Link]\nNamePolicy=keep\n",
		  "/usr/lib/systemd/network/99-default.link");
	gather(&tree, &facts);
	assert_int_equal(facts.nr_owner, 0);
	assert_null(facts.irqbalance_banned);
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__running_and_enabled__are_told_apart(void **state)
{
	struct facts facts;
	struct tree tree;

	node_make(&tree);
	tree_file(&tree, "irqbalance\n", "/proc/412/comm");
	tree_link(&tree, "/usr/lib/systemd/system/tuned.service",
		  "/etc/systemd/system/multi-user.target.wants/tuned.service");
	gather(&tree, &facts);
	assert_int_equal(facts.nr_owner, 2);
	assert_int_equal(owner(&facts, "irqbalance")->active, IS_YES);
	assert_string_equal(owner(&facts, "irqbalance")->evidence, "pid 412");
	assert_int_equal(owner(&facts, "tuned")->active, IS_NO);
	assert_string_equal(owner(&facts, "tuned")->evidence, "tuned.service enabled, not running");
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__ecs_mq__is_in_force_when_enabled(void **state)
{
	struct facts facts;
	struct tree tree;

	node_make(&tree);
	tree_file(&tree, "#!/bin/sh\n", "/usr/sbin/ecs_mq_rps_rfs");
	gather(&tree, &facts);
	assert_int_equal(owner(&facts, "ecs_mq")->active, IS_NO);
	assert_string_equal(owner(&facts, "ecs_mq")->evidence, "/usr/sbin/ecs_mq_rps_rfs");
	facts_free(&facts);
	tree_link(&tree, "/etc/systemd/system/ecs_mq.service",
		  "/etc/systemd/system/multi-user.target.wants/ecs_mq.service");
	gather(&tree, &facts);
	assert_int_equal(owner(&facts, "ecs_mq")->active, IS_YES);
	assert_non_null(strstr(owner(&facts, "ecs_mq")->evidence, "enabled"));
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__cni_without_agent__is_unknown(void **state)
{
	struct facts facts;
	struct tree tree;

	node_make(&tree);
	tree_file(&tree, "{}", "/etc/cni/net.d/05-cilium.conflist");
	tree_file(&tree, "terwayd\n", "/proc/77/comm");
	gather(&tree, &facts);
	assert_int_equal(owner(&facts, "cilium")->active, IS_UNKNOWN);
	assert_string_equal(owner(&facts, "cilium")->evidence, "/etc/cni/net.d/05-cilium.conflist");
	assert_int_equal(owner(&facts, "terway")->active, IS_YES);
	facts_free(&facts);
	tree_remove(&tree);
}

static void facts__link_files__win_by_name_and_match(void **state)
{
	static const struct {
		const char *path, *text;
		int active; /* of the owner that is told, -1 none */
		const char *evidence;
	} cases[] = {
		{ "/etc/systemd/network/10-a.link",
		  "[Match]\nMACAddress=02:11:22:33:44:55\n\n[Link]\n# two\nRxChannels = 2\nTxChannels=2\n",
		  IS_YES, "/etc/systemd/network/10-a.link: RxChannels=2, TxChannels=2" },
		{ "/etc/systemd/network/10-a.link",
		  "[Match]\nMACAddress=02:11:22:33:44:99\n[Link]\nRxChannels=2\n", -1, NULL },
		{ "/run/systemd/network/10-a.link",
		  "[Match]\nDriver=virtio*\n[Link]\nCombinedChannels=1\n", IS_YES,
		  "/run/systemd/network/10-a.link: CombinedChannels=1" },
		{ "/etc/systemd/network/10-a.link",
		  "[Match]\nOriginalName=!eth* lan*\n[Link]\nCombinedChannels=1\n", IS_UNKNOWN,
		  "/etc/systemd/network/10-a.link: CombinedChannels=1" },
		{ "/etc/systemd/network/10-a.link",
		  "[Match]\nPath=pci-0000:00:03.0\n[Link]\nReceivePacketSteeringCPUMask=all\n",
		  IS_UNKNOWN, "/etc/systemd/network/10-a.link: ReceivePacketSteeringCPUMask=all" },
		/* no [Match] matches nothing; a key outside [Link] is none */
		{ "/etc/systemd/network/10-a.link", "[Link]\nRxChannels=2\n", -1, NULL },
		{ "/etc/systemd/network/10-a.link",
		  "[Match]\nOriginalName=*\n[Other]\nRxChannels=2\n", -1, NULL },
		/* 50-first.link below matches before it */
		{ "/etc/systemd/network/60-late.link",
		  "[Match]\nOriginalName=*\n[Link]\nRxChannels=2\n", -1, NULL },
		/* a drop-in of the file that wins */
		{ "/etc/systemd/network/50-first.link.d/x.conf", "[Link]\nRxChannels=3\n", IS_YES,
		  "/usr/lib/systemd/network/50-first.link: RxChannels=3" },
		/* a file in /etc masks its namesake */
		{ "/etc/systemd/network/40-masked.link", "", -1, NULL },
	};
	const struct owner *told;
	struct facts facts;
	struct tree tree;
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		node_make(&tree);
		tree_file(&tree, "[Match]\nOriginalName=*\n[Link]\nMTUBytes=1500\n",
			  "/usr/lib/systemd/network/50-first.link");
		if (strstr(cases[i].path, "masked"))
			tree_file(&tree, "[Match]\nOriginalName=*\n[Link]\nRxChannels=2\n",
				  "/usr/lib/systemd/network/40-masked.link");
		tree_file(&tree, cases[i].text, "%s", cases[i].path);
		gather(&tree, &facts);
		told = owner(&facts, "systemd.link");
		assert_int_equal(told ? (int)told->active : -1, cases[i].active);
		if (told)
			assert_string_equal(told->evidence, cases[i].evidence);
		assert_int_equal(facts.nr_owner, told ? 1 : 0);
		facts_free(&facts);
		tree_remove(&tree);
	}
}

static void facts__cloud_init__names_the_instance(void **state)
{
	static const char *const broken[] = { "", "{", "[]", "{\"ds\": 5}",
					      "{\"ds\": {\"meta_data\": {\"instance-type\": 7}}}" };
	static const char path[] = "/run/cloud-init/instance-data.json";
	struct facts facts;
	struct tree tree;
	unsigned int i;

	node_make(&tree);
	tree_file(
		&tree,
		"{\"ds\": {\"meta_data\": {\"instance-id\": \"i-1\", \"instance-type\": \"ecs.g6.large\"}}}",
		"%s", path);
	gather(&tree, &facts);
	assert_string_equal(facts.node.instance_type, "ecs.g6.large");
	assert_string_equal(facts.node.instance_type_from, "cloud-init");
	assert_string_equal(facts.node.instance_id, "i-1");
	facts_free(&facts);
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		tree_file(&tree, broken[i], "%s", path);
		gather(&tree, &facts);
		assert_string_equal(facts.node.instance_type, "");
		assert_string_equal(facts.node.instance_type_from, "");
		facts_free(&facts);
	}
	tree_remove(&tree);
}

/* ---- a metadata service with one behaviour */

enum manner { NORMAL, HARDENED, NO_TOKENS, FORBIDS, ERROR_PAGE, SILENT };

static const char *answer_to(enum manner manner, const char *request)
{
	bool token = strstr(request, "\r\nX-aliyun-ecs-metadata-token: tok123\r\n");

	if (!strncmp(request, "PUT /latest/api/token ", 22)) {
		if (manner == NO_TOKENS || !strstr(request, "token-ttl-seconds: "))
			return "HTTP/1.1 405 No\r\nContent-Length: 3\r\n\r\nbad";
		return "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntok123";
	}
	if (manner == FORBIDS || (manner == HARDENED && !token))
		return "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno";
	if (manner == ERROR_PAGE)
		return "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n<html>sorry</ht>\n";
	if (!strncmp(request, "GET /latest/meta-data/instance/instance-type ", 45))
		return "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\necs.g7.4xlarge";
	if (!strncmp(request, "GET /latest/meta-data/instance-id ", 34))
		return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ni-abc";
	return "HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n"; /* asked for anything else */
}

static void serve(int listener, enum manner manner)
{
	char request[4096];
	const char *answer;
	ssize_t n;
	int fd;

	for (;;) {
		fd = accept(listener, NULL, NULL);
		while (fd >= 0 && (n = recv(fd, request, sizeof(request) - 1, 0)) > 0) {
			request[n] = 0;
			answer = answer_to(manner, request);
			if (manner != SILENT)
				(void)send(fd, answer, strlen(answer), MSG_NOSIGNAL);
		}
		close(fd);
	}
}

/* metadata_fetch() from a service of that manner. */
static int fetch(enum manner manner, struct metadata *out)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), ret;
	socklen_t len = sizeof(addr);
	char base[64];
	pid_t pid;

	assert_int_equal(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		serve(listener, manner);
	close(listener);
	(void)snprintf(base, sizeof(base), "http://127.0.0.1:%u", ntohs(addr.sin_port));
	ret = metadata_fetch(base, out);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return ret;
}

static void metadata__each_manner_of_service__is_understood(void **state)
{
	static const struct {
		enum manner manner;
		int ret;
		const char *type, *id;
	} cases[] = {
		{ NORMAL, 0, "ecs.g7.4xlarge", "i-abc" },
		{ HARDENED, 0, "ecs.g7.4xlarge", "i-abc" },
		{ NO_TOKENS, 0, "ecs.g7.4xlarge", "i-abc" },
		{ FORBIDS, -EACCES, "", "" },
		{ ERROR_PAGE, -EBADMSG, "", "" },
		{ SILENT, -ETIMEDOUT, "", "" },
	};
	struct metadata got;
	unsigned int i;

	/* a proxy that is not there: whoever asked it would fail */
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:9", 1), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(fetch(cases[i].manner, &got), cases[i].ret);
		assert_string_equal(got.instance_type, cases[i].type);
		assert_string_equal(got.instance_id, cases[i].id);
	}
	assert_int_equal(unsetenv("http_proxy"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts__plain_node__has_no_owners),
		cmocka_unit_test(facts__running_and_enabled__are_told_apart),
		cmocka_unit_test(facts__ecs_mq__is_in_force_when_enabled),
		cmocka_unit_test(facts__cni_without_agent__is_unknown),
		cmocka_unit_test(facts__link_files__win_by_name_and_match),
		cmocka_unit_test(facts__cloud_init__names_the_instance),
		cmocka_unit_test(metadata__each_manner_of_service__is_understood),
	};

	return cmocka_run_group_tests_name("facts_owners", tests, NULL, NULL);
}
