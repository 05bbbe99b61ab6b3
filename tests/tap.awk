# Judge the output of tests/each: one record a test, tab separated,
#     pass|fail|skip  SUITE  NAME  REASON  TITLE
# and after a fail "detail" records with what was printed.
#
# The rule: nothing said is not success. No plan, fewer results than planned, a
# status without a failed test, a suite that never ended: each is a failure.
#
# suites: those that had to run; title, ret: the command that ran them and how it ended

function record(what, suite, name, reason) {
	print what "\t" suite "\t" name "\t" reason "\t" title
	if (what == "fail") { failed[suite]++; failures++ }
}

function detail(from, to,  i) {
	if (to - from > 60)
		from = to - 60
	for (i = from; i <= to; i++)
		print "detail\t" line[i]
}

function suite_fail(reason) {
	if (running != "")
		reason = reason ", in " running
	record("fail", suite, suite, reason)
	detail(begin_line > nr - 15 ? begin_line : nr - 15, nr)
}

function suite_end(status) {
	finish_failure(nr)
	if (status == 77 && !results)
		record("skip", suite, suite, nr >= begin_line ? line[nr] : "said so")
	else if (status == 124 || status == 137)
		suite_fail("ran out of time")
	else if (bailed != "")
		suite_fail(bailed)
	else if (planned < 0)
		suite_fail("ended without a plan, status " status)
	else if (planned != results)
		suite_fail("planned " planned " tests, " results " results, status " status)
	else if (status && !failed[suite])
		suite_fail("all tests passed but its status is " status)
	suite = ""
}

# What follows "not ok" until the next result belongs to it.
function finish_failure(last) {
	if (failing) {
		record("fail", suite, failing_name, "")
		detail(failing + 1, last)
	}
	failing = 0
}

{ gsub(/\r/, "") }

/^#begin / { suite = $2; planned = -1; results = 0; bailed = running = ""; begin_line = nr + 1; begun[suite] = 1; next }
/^#end / { if (suite == $2) suite_end($3); next }
/^#run / { running = $2; next }
/^#took / { next }
$0 != "" { line[++nr] = $0 }
suite == "" { next }

/^1\.\.[0-9]+/ {
	finish_failure(nr - 1)
	if (planned < 0)
		planned = 0
	planned += substr($1, 4)
	if (match($0, /# *SKIP */))
		record("skip", suite, suite, substr($0, RSTART + RLENGTH))
}
/^Bail out!/ { finish_failure(nr - 1); bailed = $0 }
/^(not )?ok( |$)/ {
	finish_failure(nr - 1)
	nr--
	results++
	running = ""
	ok = !/^not/
	text = $0
	sub(/^(not )?ok *[0-9]* *(- )?/, "", text)
	reason = ""
	skip = 0
	if (match(text, /# *SKIP */)) {
		skip = 1
		reason = substr(text, RSTART + RLENGTH)
		text = substr(text, 1, RSTART - 1)
		sub(/ *$/, "", text)
		if (text == "") {	# cmocka says "not ok 1 # SKIP name" and has said why before
			text = reason
			reason = nr >= begin_line ? line[nr] : ""
		}
	}
	nr++
	if (skip)
		record("skip", suite, text, reason)
	else if (ok)
		record("pass", suite, text, "")
	else {
		failing = nr
		failing_name = text
	}
}

END {
	if (suite != "") {
		finish_failure(nr)
		suite_fail("never came to its end")
	}
	n = split(suites, want, " ")
	if (ret == 77 && !length(begun)) {
		for (i = 1; i <= n; i++)
			record("skip", want[i], want[i], line[nr])
		exit
	}
	if (ret && !failures) {
		record("fail", title, title, "ended with status " ret)
		detail(nr > 20 ? nr - 20 : 1, nr)
	}
	for (i = 1; i <= n; i++)
		if (!(want[i] in begun))
			record("fail", want[i], want[i], "was not run")
}
