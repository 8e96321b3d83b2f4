// The terminal of a VM: what is typed and shown is what the guest gets and writes, whatever becomes of the page, its
// connection, the shell and the VM.
import { after, beforeEach, test } from 'node:test';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import assert from 'node:assert/strict';
import { axe, open, sizes } from './lib/browser.mjs';
import { Shells } from './lib/shells.mjs';
import { aPageForEachTest, browser, console_, daemon, page, watched } from './lib/suite.mjs';

aPageForEachTest({ permissions: ['clipboard-read', 'clipboard-write'] });

let shells;
beforeEach(async () => {
    shells ??= await begin();
    await shells.clear();
    await be('running', 'running');
    await watched.page.addInitScript(() => { // to cut connections, as a network does
        globalThis.sockets = [];
        globalThis.WebSocket = class extends WebSocket {
            constructor(...all) {
                super(...all);
                globalThis.sockets.push(this);
            }
        };
    });
});
after(() => shells?.stop());

async function begin() {
    const made = new Shells();
    await made.listen(join(daemon.folder, 'bangerd.sock'));
    return made;
}
async function be(name, state) {
    const vm = daemon.world.vms.find(each => each.name === name);
    if (vm.state !== state) {
        vm.state = state;
        await console_.changed({ type: 'vm.state', vm: name, id: vm.id, state });
    }
}

const status = (on = page) => on.locator('[data-shell-state]');
const says = async (text, on = page) => {
    await status(on).filter({ hasText: text }).waitFor({ timeout: 20000 }).catch(async () => assert.fail(`it says "${await status(on).textContent()}", not ${text}`));
};
const rows = (on = page) => on.locator('.xterm-rows > div').allTextContents().then(all => all.map(each => each.replaceAll('\u00a0', ' ').trimEnd()));
const shows = async (text, on = page) => {
    const end = Date.now() + 20000;
    while (!(await rows(on)).join('\n').includes(text)) {
        assert.ok(Date.now() < end, `${JSON.stringify(text)} is not among ${JSON.stringify((await rows(on)).filter(Boolean))}`);
        await new Promise(done => setTimeout(done, 30));
    }
};
async function opened(name = 'running') {
    await watched.go(`/vms/${name}/terminal`);
    const program = await shells.next();
    await says('Connected');
    return program;
}

test('what is typed comes to the guest, and what it writes is shown', async () => {
    await watched.go('/vms/running');
    await page.getByRole('link', { name: 'Terminal', exact: true }).click();
    const program = await shells.next();
    await says('Connected');
    assert.equal(program.vm, 'running');
    assert.equal(program.request.tty, true);
    await program.print('root@running:~# ');
    await shows('root@running:~#');
    await page.keyboard.type('uname -a'); // it has the focus by itself
    await page.keyboard.press('Enter');
    assert.equal(await program.types('\r'), 'uname -a\r');
    await page.keyboard.press('Control+c');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('g'); // no shortcut of the console here
    await page.keyboard.press('v');
    assert.equal(await program.types('gv'), '\x03\t\x1b[Agv');
    assert.match(page.url(), /\/terminal$/);
    await program.print('\x1b[2J\x1b[H\x1b[1;31mred\x1b[0m \x1b[48;5;22mgreen\x1b[0m');
    await shows('red green');
});

test('UTF-8 and wide letters are as wide as the guest takes them for', async () => {
    const program = await opened();
    await page.keyboard.insertText('grüße 你好 🐧');
    assert.equal(await program.types('🐧'), 'grüße 你好 🐧');
    const column = async text => {
        await program.print(`\r\n${text}\x1b[6n`);
        return Number(/;(\d+)R$/.exec(await program.types('R'))[1]) - 1;
    };
    assert.equal(await column('abc'), 3);
    assert.equal(await column('你好'), 4);
    assert.equal(await column('한글かな'), 8);
    assert.equal(await column('e\u0301'), 1); // a letter and its accent
    const penguin = Buffer.from('🐧');
    await program.print(Buffer.concat([Buffer.from('\r\n<'), penguin.subarray(0, 2)])); // in two pieces
    await program.print(Buffer.concat([penguin.subarray(2), Buffer.from('>')]));
    await shows('<🐧>');
});

test('the guest learns of the size, and of each other one', async () => {
    const program = await opened();
    const [lines, columns] = program.size.split('x').map(Number);
    assert.ok(lines >= 10 && columns >= 80, program.size);
    await page.setViewportSize({ width: 700, height: 500 });
    await program.until(each => each.size !== `${lines}x${columns}`, 'it is not told');
    const [, narrow] = program.size.split('x').map(Number);
    assert.ok(narrow < columns && narrow > 40, program.size);
    await page.setViewportSize(sizes.wide);
    await program.until(each => each.size === `${lines}x${columns}`, 'it is not told of the former size');
});

const paste = text => page.evaluate(text => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.querySelector('.xterm textarea').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}, text);

test('64 KiB are pasted whole, also to a program that knows what is pasted', async () => {
    const program = await opened();
    const text = Array.from({ length: 8000 }, (_, i) => `${i} ü`).join(' ').padEnd(65536, '.').slice(0, 65535) + '!';
    await paste(text);
    assert.equal(await program.types('!'), text);
    await program.print('\x1b[?2004h');
    await program.print('ready\x1b[6n');
    await program.types('R');
    await paste(text);
    assert.equal(await program.types('!\x1b[201~'), `\x1b[200~${text}\x1b[201~`);
});

test('a burst of 1 MiB is drawn to its end, and a flood can be ended', async () => {
    const program = await opened();
    const line = 'x'.repeat(126) + '\r\n';
    await program.print(line.repeat(8192) + 'end of the burst');
    await shows('end of the burst');
    let flooding = true;
    const flood = (async () => {
        for (let sent = 0; flooding && sent < 3e8; sent += 65536) {
            await program.print('y\r\n'.repeat(21845));
        }
    })();
    await new Promise(done => setTimeout(done, 1500));
    await page.keyboard.press('Control+c');
    await program.types('\x03');
    flooding = false;
    await flood;
    await program.print('quiet again');
    await shows('quiet again');
});

test('a page that is loaded anew shows what was there, and answers nothing for the second time', async () => {
    const program = await opened();
    await program.print('before\r\n\x1b[6n');
    await program.types('R');
    await page.keyboard.type('half a comm');
    await program.types('comm');
    await page.reload();
    await says('Connected');
    await shows('before');
    await program.print('meanwhile');
    await shows('meanwhile');
    await page.keyboard.type('and');
    assert.equal(await program.types('and'), 'and'); // not what it would say of the cursor
    assert.equal(shells.begun.length, 0, 'another shell was begun');
    await watched.go('/vms/running'); // and after another page
    await watched.go('/vms/running/terminal');
    await says('Connected');
    await shows('meanwhile');
    assert.equal(shells.begun.length, 0, 'another shell was begun');
});

test('a connection that is lost comes again, and nothing is shown twice or missing', async () => {
    const program = await opened();
    await program.print('one\r\n');
    await shows('one');
    await page.evaluate(() => globalThis.sockets.at(-1).close());
    await says('Disconnected');
    await program.print('two\r\n');
    await says('Connected');
    await program.print('three\r\n');
    await shows('three');
    assert.deepEqual((await rows()).filter(Boolean), ['one', 'two', 'three']);
    assert.equal(shells.begun.length, 0, 'another shell was begun');
});

test('a VM that stops says so and keeps what was shown; started again there is another shell', async () => {
    const program = await opened();
    await program.print('the last line\r\n');
    await shows('the last line');
    await be('running', 'stopping');
    await be('running', 'stopped');
    await says('The VM does not run');
    await shows('the last line');
    await program.until(each => each.over, 'the shell is not ended');
    await page.reload();
    await says('The VM does not run');
    await shows('the last line');
    assert.deepEqual(await axe(page), []);
    await page.getByRole('button', { name: 'Start it, and connect' }).click();
    await page.locator('.toast').first().waitFor();
    assert.deepEqual(daemon.changes.map(each => each.target), ['/v1/vms/running/start']);
    daemon.end('succeeded');
    await be('running', 'running');
    const second = await shells.next();
    await says('Connected');
    await second.print('up again\r\n');
    await shows('up again');
    await shows('the last line');
});

test('a shell that has ended says how, and there may be another', async () => {
    const program = await opened();
    await program.print('logout\r\n');
    program.end({ exit: 3 });
    await says('The shell has ended: exit status 3');
    await shows('logout');
    assert.deepEqual(await axe(page), []);
    await page.getByRole('button', { name: 'New shell' }).click();
    const second = await shells.next();
    await says('Connected');
    await page.keyboard.type('hi');
    assert.equal(await second.types('hi'), 'hi');
    await shows('logout');
    await second.print('of the second');
    await shows('of the second');
    const all = (await rows()).join('\n');
    assert.ok(all.indexOf('logout') < all.indexOf('a new shell') && all.indexOf('a new shell') < all.indexOf('of the second'), all);
});

test('another tab takes the shell, and it can be taken back', async () => {
    const program = await opened();
    await program.print('mine\r\n');
    await shows('mine');
    const [second] = await Promise.all([watched.context.waitForEvent('page'), page.evaluate(() => { window.open(location.href); })]);
    await says('Connected', second);
    await shows('mine', second);
    await says('Another tab has taken this shell');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await says('Connected');
    await says('Another tab has taken this shell', second);
    assert.equal(shells.begun.length, 0, 'another shell was begun');
    const third = await watched.context.newPage(); // which knows of none, has its own
    await third.goto(page.url());
    await shells.next();
    await says('Connected', third);
    await says('Connected');
    await third.close();
    await second.close();
});

test('a guest without an agent: why, and what to do', async () => {
    shells.refusal = [503, { kind: 'unavailable', message: "the guest's agent of running does not answer", hint: 'use SSH: banger vm ssh running' }];
    await watched.go('/vms/running/terminal');
    await says("There is no shell: the guest's agent of running does not answer");
    assert.equal(await page.locator('[data-shell-hint]').textContent(), 'use SSH: banger vm ssh running');
    assert.equal(await page.locator('main .command code').last().textContent(), 'banger vm ssh running');
    assert.deepEqual(await axe(page), []);
    shells.refusal = null;
    await page.getByRole('button', { name: 'Try again' }).click();
    await shells.next();
    await says('Connected');
});

test('a daemon that is started anew: the page comes back, with another shell', async () => {
    const quiet = await open(browser, console_, { allow: /^console: / });
    await quiet.go('/vms/running/terminal');
    const program = await shells.next();
    await says('Connected', quiet.page);
    await program.print('old\r\n');
    await shows('old', quiet.page);
    await console_.restart();
    assert.ok(program.over);
    const second = await shells.next();
    await says('Connected', quiet.page);
    await second.print('new\r\n');
    await shows('new', quiet.page);
    await shows('old', quiet.page);
    await shows('a new shell', quiet.page);
    await quiet.close();
});

test('a key leads out of the terminal, and Tab on from there', async () => {
    const program = await opened();
    const inside = () => page.evaluate(() => document.querySelector('[data-shell-screen]').contains(document.activeElement));
    assert.ok(await inside());
    await page.keyboard.press('Shift+Tab');
    await program.types('\x1b[Z');
    assert.ok(await inside());
    assert.match(await page.locator('.xterm textarea').getAttribute('aria-label'), /Control, Shift and Enter leave it/);
    await page.keyboard.press('Control+Shift+Enter');
    assert.ok(!await inside());
    const at = () => page.evaluate(() => [...document.querySelectorAll('*')].indexOf(document.activeElement));
    const place = await at();
    await page.keyboard.press('Tab');
    assert.ok(!await inside() && await at() > place);
    await page.keyboard.press('Shift+Tab');
    assert.ok(await inside(), 'and back');
    assert.equal(program.typed, '');
    await program.print('copy me');
    await shows('copy me');
    await page.locator('.xterm-screen').dblclick({ position: { x: 20, y: 8 } });
    await page.keyboard.press('Control+Shift+KeyC');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'copy');
    assert.equal(program.typed, '');
});

test('nothing for axe-core to find, in both themes and sizes, and with what a screen reader reads', async () => {
    const program = await opened();
    // What a program dims is half as clear, as it asks for.
    await program.print('root@running:~# \x1b[34mblue\x1b[0m \x1b[33;47myellow\x1b[0m\r\n');
    for (const viewport of Object.values(sizes)) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme });
            assert.deepEqual(await axe(page), [], `${viewport.width} ${colorScheme}`);
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), 'wider than its page');
        }
    }
    await page.setViewportSize(sizes.wide);
    await page.getByLabel('For screen readers').check();
    await program.print('read this\r\n');
    await page.getByRole('listitem').filter({ hasText: 'read this' }).waitFor({ state: 'attached' });
    assert.deepEqual(await axe(page), []);
    await page.reload();
    await says('Connected');
    assert.ok(await page.getByLabel('For screen readers').isChecked());
    await page.evaluate(() => localStorage.clear());
});

test('what a guest writes is text, whatever it is', async () => {
    const program = await opened();
    const title = await page.title();
    await page.evaluate(() => navigator.clipboard.writeText('of the user'));
    const hostile = '<img src=x onerror=alert(1)> \x1b]0;owned\x07\x1b]2;owned\x07\x1b]8;;https://evil.example/\x07link\x1b]8;;\x07 \x1b]52;c;b3duZWQ=\x07\x1b]1337;File=:AAAA\x07\x1bP+q544e\x1b\\\x9b31m \ufeff\u202eabc';
    await program.print(hostile);
    await shows('<img src=x onerror=alert(1)>');
    await shows('link');
    const lines = await rows();
    const line = lines.findIndex(each => each.includes('link'));
    const { width, height } = await page.locator('.xterm-screen').boundingBox();
    const [, columns] = program.size.split('x').map(Number);
    const position = { x: (lines[line].indexOf('link') + 1.5) * width / columns, y: (line + 0.5) * height / lines.length };
    await page.locator('.xterm-screen').hover({ position });
    await page.locator('.xterm-screen').click({ position }); // xterm.js would ask, and open it
    assert.equal(await page.locator('.xterm-cursor-pointer').count(), 0, 'it is a link');
    assert.equal(page.context().pages().length, 1);
    assert.equal(await page.title(), title);
    assert.equal(await page.locator('.xterm a, .xterm img').count(), 0);
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'of the user');
    await program.print(Buffer.from(Array.from({ length: 65536 }, (_, i) => (i * 7919 + (i >> 8)) & 255)));
    await program.print('\x1bc\x1b[!pstill here');
    await shows('still here');
});

test('what it takes to load is for this page only, and within 130 kB', async () => {
    const asked = new Map();
    page.on('response', async response => asked.set(new URL(response.url()).pathname.split('/').at(-1), response));
    await watched.go('/vms/running');
    assert.ok(![...asked.keys()].some(name => /xterm|fit|terminal\.js/.test(name)), [...asked.keys()].join(' '));
    const before_ = new Set(asked.keys());
    await opened();
    let size = 0;
    for (const [name, response] of asked) {
        if (!before_.has(name) && /\.(js|css)$/.test(name)) {
            size += gzipSync(await response.body(), { level: 9 }).length;
            assert.equal(response.headers()['content-encoding'], 'gzip', name);
        }
    }
    assert.ok(size > 100000 && size <= 130000, `${size} bytes`);
    const policy = (await (await fetch(page.url())).headers).get('content-security-policy');
    const others = (await (await fetch(`${console_.url}/vms`)).headers).get('content-security-policy');
    assert.equal(policy.replace(" 'unsafe-inline'", ''), others);
});

test('without JavaScript it says so, and how else', async () => {
    const plain = await open(browser, console_, { javaScriptEnabled: false });
    await plain.go('/vms/running/terminal');
    assert.ok(await plain.page.getByText('needs JavaScript').isVisible());
    assert.ok(!await plain.page.locator('[data-shell]').isVisible());
    assert.ok(await plain.page.getByText('banger vm ssh running').first().isVisible());
    await plain.go('/vms/stopped/terminal');
    await plain.page.getByRole('button', { name: 'Start it, and connect' }).click();
    await plain.page.waitForURL(/\/ops\/op-new-/);
    daemon.end('succeeded');
    await plain.close();
});
