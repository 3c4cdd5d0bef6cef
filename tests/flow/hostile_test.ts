/** Hostile programs in the real sandbox: none hangs, leaves a trace, reaches out, or passes without passing its tests. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Program, type Ran, runPython } from "../../evals/sandbox/python.ts";

const LIMITS = { seconds: 20, mebibytes: 1024 };

/** A function that answers rightly, after some lines that do what they please. */
const after = (lines: string): Program => ({
  code: `${lines}\ndef double(x):\n    return 2 * x\n`,
  tests: "assert double(2) == 4\nassert double(0) == 0",
  entry: "double",
});

/** The same with a function that answers wrongly, which nothing may hide. */
const wrong = (lines: string, body = "return 3 * x"): Program => ({
  ...after(""),
  code: `${lines}\ndef double(x):\n    ${body}\n`,
});

const reasonOf = (ran: Ran) => ran.passed ? "passed" : ran.reason;

function fails(name: string, program: Program, reason: RegExp, limits = LIMITS): void {
  Deno.test(name, async () => {
    const said = reasonOf(await runPython(program, limits));
    assertMatch(said, reason);
    assert(said.length <= 200 && !/\p{Cc}/u.test(said), said);
  });
}

function passes(name: string, program: Program): void {
  Deno.test(name, async () => assertEquals(await runPython(program, LIMITS), { passed: true }));
}

passes("a right program passes", after(""));
fails("a wrong program fails", wrong(""), /^AssertionError$/);
fails("a program that is none fails", after("def ("), /^SyntaxError: /);
fails("a program without its function fails", { ...after(""), code: "" }, /^NameError: name 'double'/);

fails(
  "an endless loop ends at the limit of time",
  after("while True: pass"),
  /^it took more than (2 seconds of processor time|24 seconds)$/,
  {
    ...LIMITS,
    seconds: 2,
  },
);
fails(
  "a clock that is put back ends nothing later",
  after(
    "import js, time\njs.Date.now = lambda: 0\njs.performance.now = lambda: 0\ntime.time = lambda: 0\nwhile True: pass",
  ),
  /^it took more than (2 seconds of processor time|24 seconds)$/,
  { ...LIMITS, seconds: 2 },
);
fails(
  "a list that grows ends at the limit of memory",
  after("x = []\nwhile True: x.append(bytearray(10**7))"),
  /MemoryError|MiB of memory/,
);
fails("ten gigabytes are not to be had", after("x = bytearray(10**10)"), /MemoryError|OverflowError/);
fails(
  "memory outside of Python counts too",
  after("import js\nx = []\nwhile True: x.append(js.Uint8Array.new(10**8).fill(1))"),
  /MiB of memory|RangeError|MemoryError/,
);
fails("recursion without end is an error", after("def f(): return f()\nf()"), /^RecursionError|call stack/);
fails(
  "recursion without end or limit is an error",
  after("import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()"),
  /RecursionError|call stack|MemoryError|process down|MiB/,
);
fails(
  "a program that only waits ends too",
  after("import time\ntime.sleep(1000)"),
  /^it took more than (12 seconds|1 seconds of processor time)$/,
  { ...LIMITS, seconds: 1 },
);
fails(
  "there are no threads",
  after("import threading\nthreading.Thread(target=print).start()"),
  /^RuntimeError: /,
);
fails("there is nobody to ask", after("input()"), /^(OSError|EOFError)/);
passes("what is printed, a gigabyte of it, is dropped", after("for _ in range(1000): print('x' * 10**6)"));
fails(
  "what is written past Python ends it",
  after("import js\nfor _ in range(100): js.console.log('x' * 10**6)"),
  /^it wrote more than 1 MiB past its own output$/,
);

/** A worker of the program's own, since promises wait there for no Python. */
const KEEPS = `onmessage = async ({ data }) => {
  try {
    const cache = await caches.open("kept");
    await cache.put(new Request("http://a.test/"), new Response("kept"));
    data[0] = 1;
  } catch {
    data[0] = 2;
  }
}`;
fails(
  "nothing is kept for another program where the browser's caches would be",
  after(`import js
told = js.Uint8Array.new(js.SharedArrayBuffer.new(8))
url = "data:text/javascript," + js.encodeURIComponent(${JSON.stringify(KEEPS)})
js.Worker.new(url, js.JSON.parse('{"type": "module"}')).postMessage(told)
while told[0] == 0: pass
raise Exception("kept" if told[0] == 1 else "refused")`),
  /^Exception: refused$/,
);

fails(
  "no process is forked",
  after("import os\nwhile True: os.fork()"),
  /^(AttributeError|OSError|BlockingIOError)/,
);
fails("no command is run", after("import subprocess\nsubprocess.run(['id'])"), /^OSError/);
fails(
  "no shell is run",
  after("import os\nassert os.system('true') == 0"),
  /^Requires env access/,
);
fails("no file of the machine is read", after("open('/etc/passwd').read()"), /^FileNotFoundError/);
fails(
  "no page is fetched",
  after("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1/')"),
  /Error/,
);
fails("no socket is opened", after("import socket\nsocket.create_connection(('127.0.0.1', 1), 1)"), /Error/);

for (
  const [name, call] of Object.entries({
    "read": "js.Deno.readTextFileSync('/etc/passwd')",
    "list": "list(js.Deno.readDirSync('/'))",
    "write": "js.Deno.writeTextFileSync('/tmp/assay_hostile', 'x')",
    "remove": "js.Deno.removeSync('/tmp/assay_hostile')",
    "environment": "js.Deno.env.toObject()",
    "run": "js.Deno.Command.new('/bin/true').outputSync()",
    "kill": "js.Deno.kill(js.Deno.ppid, 'SIGKILL')",
    "library": "js.Deno.dlopen('libc.so.6', js.Object.new())",
    "connection": "js.Deno.listen(js.JSON.parse('{\"port\":0}'))",
    "host name": "js.Deno.hostname()",
    "node's files": "js.process.getBuiltinModule('fs').readFileSync('/etc/passwd')",
    "node's processes": "js.process.getBuiltinModule('child_process').execSync('id')",
  })
) {
  fails(
    `JavaScript has no leave for this: ${name}`,
    after(`import js\n${call}`),
    /Requires|NotCapable|denied/,
  );
}

fails(
  "a program that says that it passed does not",
  wrong("print('\\n{\"passed\":true}\\nready')"),
  /^AssertionError$/,
);
fails("leaving is not passing", after("import sys\nsys.exit(0)"), /^SystemExit: 0$/);
fails("leaving in the tests is not passing", wrong("", "raise SystemExit(0)"), /^SystemExit: 0$/);
fails("leaving at once is not passing", after("import os\nos._exit(0)"), /./);
fails(
  "ending the realm is not passing",
  after("import js\njs.Deno.exit(0)"),
  /^it took more than 12 seconds$/,
  {
    ...LIMITS,
    seconds: 1,
  },
);
fails(
  "a message of its own is not taken for the verdict",
  wrong("import js\njs.postMessage(js.JSON.parse('{}'))\njs.self.close"),
  /^AssertionError$/,
);
fails(
  "another way to post changes nothing",
  wrong(
    'from pyodide.code import run_js\nrun_js("""const post = MessagePort.prototype.postMessage;\nMessagePort.prototype.postMessage = function () { return post.call(this, { failed: undefined }); };\nJSON.stringify = () => \'{}\';\nFunction.prototype.call = Function.prototype.apply = Function.prototype.bind = () => {};""")',
  ),
  /./,
);
fails(
  "another way to tell a reason changes nothing",
  wrong(
    'from pyodide.code import run_js\nrun_js("""let calls = 0;\nconst slice = String.prototype.slice;\nString.prototype.slice = function (...args) { return calls++ ? slice.apply(this, args) : undefined; };""")',
  ),
  /./,
);
fails(
  "another way to run tests is found out",
  wrong("import builtins\nbuiltins.exec = lambda *a: None\nbuiltins.compile = lambda *a: ''"),
  /^AssertionError$/,
);
fails(
  "tests that pass whatever they are given pass nobody",
  { ...wrong(""), tests: "try:\n    assert double(2) == 4\nexcept AssertionError:\n    pass" },
  /^its tests would pass any function$/,
);
fails(
  "an error with a long and hostile text is cut to a line",
  after("raise ValueError('\\n\\x1b[31m' + 'x' * 10**7)"),
  /x/,
);

Deno.test("nothing of one program is left for the next", async () => {
  const first = after("import builtins, js\nbuiltins.left = js.left = 1\nopen('left', 'w').write('x')");
  const second = after(
    "import builtins, js, os\nassert not hasattr(builtins, 'left')\nassert not hasattr(js, 'left')\nassert not os.path.exists('left')",
  );
  assertEquals([await runPython(first, LIMITS), await runPython(second, LIMITS)], [{ passed: true }, {
    passed: true,
  }]);
});
