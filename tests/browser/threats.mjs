// What a browser does for other sites, other ports of this machine and hostile guests, against the console as it is
// (docs/web-security.md; what needs no browser is in tests/integration/web).
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, open, together } from './lib/browser.mjs';
import { Console } from './lib/console.mjs';
import { Stranger } from './lib/stranger.mjs';
import { lookAtChanges } from './lib/suite.mjs';
import { full, makeOperation, makeVm, port } from './lib/world.mjs';

let browser, console_, daemon, stranger;
const hosts = { site: 'evil.test', port: '127.0.0.1' }; // of another site, and of another port of this machine

before(async () => {
    [browser, console_, stranger] = await together(launch('--host-resolver-rules=MAP *.test 127.0.0.1'), Console.start(full()), Stranger.start());
    daemon = console_.daemon;
});
after(async () => {
    await browser?.close();
    await stranger?.stop();
    await console_?.stop();
});
beforeEach(() => { daemon.changes.length = 0; });

/// Refused by the console; or so answered that the browser gave the page nothing of it.
const refusals = [403, 405, 415, 'net::ERR_BLOCKED_BY_RESPONSE', 'net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin', 'net::ERR_BLOCKED_BY_ORB', 'net::ERR_FAILED', 'net::ERR_ABORTED'];

/// A page that is a stranger's; what it asks of the console, with the status of each answer.
async function visit(url) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const answers = [];
    page.on('response', response => { if (response.url().startsWith(console_.url)) answers.push([response.request().method(), response.status()]); });
    page.on('requestfailed', request => { if (request.url().startsWith(console_.url)) answers.push([request.method(), request.failure().errorText]); });
    await page.goto(url);
    await page.waitForLoadState('networkidle');
    return { context, page, answers };
}

const token = async () => {
    const watched = await open(browser, console_);
    await watched.go('/vms/new');
    const found = await watched.page.locator('form[data-form] input[name="csrf"]').inputValue();
    await watched.close();
    return found;
};

test('T1: a name that was rebound to this machine is no name of ours, on any path', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const css = /href="(\/static\/[^"]+)"/.exec(await (await fetch(console_.url)).text())[1];
    for (const path of ['/', '/vms', '/vms/running', '/healthz', '/events', '/files', '/nosuch', css]) {
        const response = await page.goto(`http://evil.test:${console_.port}${path}`);
        assert.equal(response.status(), 421, path);
        const text = await response.text();
        assert.ok(!/evil\.test|running|0\.9\.0/.test(text), `${path} tells something: ${text.slice(0, 300)}`);
    }
    // What rebinding is for: a script of that site, which is of one origin with its own name.
    const found = await page.evaluate(async () => {
        const asked = await fetch('/vms', { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'name=x' });
        return [asked.status, (await fetch('/vms')).status];
    });
    assert.deepEqual(found, [421, 421]);
    assert.deepEqual(daemon.changes, []);
    await context.close();
});

test('T2, T7: other ways to write this address are none', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    for (const host of ['0.0.0.0', 'localhost.', '[::ffff:127.0.0.1]', '127.0.0.1.test', 'localhost.test']) {
        const response = await page.goto(`http://${host}:${console_.port}/vms`).catch(error => error);
        if (response instanceof Error) {
            assert.match(response.message, /ERR_(ADDRESS_INVALID|CONNECTION_REFUSED|NAME_NOT_RESOLVED|BLOCKED)/, host);
        } else {
            assert.equal(response.status(), 421, host);
        }
    }
    for (const host of ['127.1', '2130706433', '0x7f.1']) { // a browser makes 127.0.0.1 of these before it asks
        assert.equal((await page.goto(`http://${host}:${console_.port}/vms`)).status(), 200, host);
        assert.equal(new URL(page.url()).hostname, '127.0.0.1');
    }
    for (const host of ['localhost', 'banger.localhost']) {
        assert.equal((await page.goto(`http://${host}:${console_.port}/vms`)).status(), 200, host);
    }
    await context.close();
});

for (const [who, host] of Object.entries(hosts)) {
    test(`T3, T4: forms and scripts of another ${who} change nothing`, async () => {
        const known = await token(); // even with a token that is good
        const fields = `<input name="csrf" value="${known}"><input name="name" value="evil"><input name="_method" value="DELETE">`;
        for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
            const { context, page, answers } = await visit(stranger.page('/form', `<form method="post" enctype="${type}" action="${console_.url}/vms">${fields}</form>`, host));
            await Promise.all([page.waitForURL(`${console_.url}/vms`), page.evaluate(() => document.forms[0].submit())]);
            assert.ok(answers.length > 0 && answers.every(([method, status]) => method === 'POST' && [403, 415].includes(status)), `${type}: ${JSON.stringify(answers)}`);
            await context.close();
        }
        const { context, page, answers } = await visit(stranger.page('/script', '', host));
        const readable = await page.evaluate(async ([url, known]) => {
            const body = `csrf=${encodeURIComponent(known)}&name=evil`;
            const tries = [
                ['/vms', { method: 'POST', mode: 'no-cors', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
                ['/vms', { method: 'POST', mode: 'no-cors', body: '{"name":"evil"}' }],
                ['/vms/running/stop', { method: 'POST', mode: 'cors', body, headers: { 'X-Banger-CSRF': known } }],
                ['/vms/running', { method: 'DELETE', mode: 'cors' }],
                ['/vms', { mode: 'cors', credentials: 'include' }],
                ['/vms', { mode: 'no-cors' }],
            ];
            const seen = [];
            for (const [path, options] of tries) {
                seen.push(await fetch(url + path, options).then(answer => answer.type === 'opaque' ? 'opaque' : `read ${answer.status}`, () => 'refused'));
            }
            navigator.sendBeacon(`${url}/vms/running/stop`, new URLSearchParams(body));
            return seen;
        }, [console_.url, known]);
        assert.ok(readable.every(each => ['opaque', 'refused'].includes(each)), readable.join(', '));
        await page.waitForLoadState('networkidle');
        assert.ok(answers.every(([, status]) => refusals.includes(status)), JSON.stringify(answers));
        assert.deepEqual(daemon.changes, []);
        await context.close();
    });

    test(`T6: a WebSocket of another ${who} is refused, even with a ticket that is good`, async () => {
        const asked = await fetch(`${console_.url}/vms/running/terminal`, { method: 'POST', headers: { Origin: console_.url, 'X-Banger-CSRF': await token() }, body: new URLSearchParams() });
        const { href } = await asked.json();
        const { context, page } = await visit(stranger.page('/socket', '', host));
        const found = await page.evaluate(url => new Promise(done => {
            const socket = new WebSocket(url);
            socket.onopen = () => done('open');
            socket.onclose = ({ code }) => done(code);
        }), console_.url.replace('http', 'ws') + href);
        assert.equal(found, 1006);
        const read_ = await page.evaluate(url => fetch(url, { method: 'POST', mode: 'cors' }).then(answer => answer.text(), () => 'refused'), `${console_.url}/vms/running/terminal`);
        assert.equal(read_, 'refused'); // nor is there a ticket to be had from there
        await context.close();
        assert.equal((await fetch(console_.url + href)).status, 426); // no WebSocket, and it is not used up
    });

    test(`T11: nothing of ours is read as part of a page of another ${who}`, async () => {
        const embeds = ['<script src="@/vms"></script>', '<img src="@/vms/running">', '<link rel="stylesheet" href="@/vms">', '<script src="@/vms/running/log"></script>',
            '<video src="@/vms"></video>', '<object data="@/vms"></object>', '<script type="module" src="@/healthz"></script>'];
        const html = embeds.map(each => each.replace('@', console_.url)).join('');
        const { context, answers } = await visit(stranger.page('/embeds', html, host));
        assert.ok(answers.length >= embeds.length - 2, JSON.stringify(answers));
        assert.ok(answers.every(([, status]) => refusals.includes(status)), JSON.stringify(answers));
        await context.close();
    });

    test(`T8: no page of ours is in a frame of another ${who}`, async () => {
        const { context, page } = await visit(stranger.page('/frame', `<iframe src="${console_.url}/vms"></iframe>`, host));
        const inside = await page.frames()[1].evaluate(() => document.documentElement.innerText).catch(() => '');
        assert.ok(!/running|Virtual machines/.test(inside), inside.slice(0, 200));
        await context.close();
        const policy = (await fetch(console_.url)).headers;
        assert.match(policy.get('content-security-policy'), /frame-ancestors 'none'/);
        assert.equal(policy.get('x-frame-options'), 'DENY');
    });

    test(`a link on a page of another ${who} may be followed, and knows nothing of who comes back`, async () => {
        const { context, page } = await visit(stranger.page('/link', `<a href="${console_.url}/vms" target="_blank" rel="opener">VMs</a>`, host));
        const [opened] = await Promise.all([context.waitForEvent('page'), page.click('a')]);
        await opened.waitForLoadState();
        assert.equal(await opened.textContent('h1'), 'VMs');
        assert.equal(await opened.evaluate(() => window.opener), null);
        await context.close();
    });
}

test('T5: a sandboxed frame, whose origin is null, may not post; our own form may', async () => {
    const form = `<form method="post" action="${console_.url}/vms"><input name="csrf" value="${await token()}"><input name="name" value="evil"></form><script>document.forms[0].submit()</script>`;
    const context = await browser.newContext();
    const page = await context.newPage();
    const refused = page.waitForEvent('console', { predicate: said => /status of 403|X-Frame-Options/.test(said.text()) });
    await page.goto(stranger.page('/sandbox', `<iframe sandbox="allow-scripts allow-forms" srcdoc='${form}'></iframe>`));
    await refused;
    assert.deepEqual(daemon.changes, []);
    await context.close();
    const watched = await open(browser, console_);
    await watched.go('/vms/new');
    await watched.page.getByLabel('Name', { exact: true }).fill('own');
    await watched.page.locator('.actions').getByRole('button', { name: 'Create', exact: true }).click();
    await watched.page.waitForURL(/\/ops\//);
    assert.equal(daemon.changes.length, 1);
    daemon.end('succeeded');
    await watched.close();
});

test('T4: nothing is kept in a cookie, and no other origin is let in', async () => {
    const watched = await open(browser, console_);
    const headers = [];
    watched.page.on('response', response => headers.push(response.allHeaders()));
    for (const path of ['/', '/vms', '/vms/new', '/vms/running', '/ops', '/settings']) {
        await watched.go(path);
    }
    for (const each of await Promise.all(headers)) {
        const bad = Object.keys(each).filter(name => name === 'set-cookie' || name.startsWith('access-control-'));
        assert.deepEqual(bad, []);
    }
    assert.deepEqual(await watched.context.cookies(), []);
    assert.equal(await watched.page.evaluate(() => document.cookie), '');
    await watched.close();
});

test('T6: a WebSocket of another page is refused', async () => {
    const { context, page } = await visit(stranger.page('/socket', ''));
    for (const path of ['/events', '/ws/terminal', '/']) {
        const opened = await page.evaluate(url => new Promise(done => {
            const socket = new WebSocket(url);
            socket.onopen = () => done(true);
            socket.onerror = () => done(false);
        }), console_.url.replace('http', 'ws') + path);
        assert.equal(opened, false, path);
    }
    await context.close();
});

const corpus = ['<script>document.title="owned"</script>', '"><img src=x onerror=document.title="owned">', "' autofocus onfocus=document.title='owned' x='",
    'javascript:document.title="owned"', '</pre></title></textarea><svg onload=document.title="owned">', '{{CSRF}}{{#ROWS}}', '&lt;b&gt;&amp;#60;', '<a href="data:text/html,<b>">x</a>',
    'a" formaction="https://evil.example/', '<style>*{display:none}</style>', '<base href="https://evil.example/">', '<meta http-equiv="refresh" content="0;url=https://evil.example/">'];

/// Each text of it, at whatever depth, but for those that are looked up by.
const saying = (value, text, key = '') => {
    if (typeof value === 'string') {
        return ['id', 'name', 'state', 'kind', 'console', 'manifest', 'severity', 'image', 'operation', 'last_operation', 'type', 'target', 'used_by', 'older_base', 'mount', 'default'].includes(key) || /^\d{4}-\d\d-\d\dT/.test(value) ? value : text;
    }
    if (Array.isArray(value)) return value.map(each => saying(each, text, key));
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, saying(each, text, name)]));
    return value;
};

test('T9, T10: what guests, plugins and users write is text, whatever it says', async t => {
    const hostile = await Console.start(full());
    const watched = await open(browser, hostile);
    const { world } = hostile.daemon;
    const pages = ['/', '/vms', '/vms/running', '/vms/crashed', '/vms/running/host', '/vms/running/set', '/vms/running/logs', '/vms/running/journal', '/vms/running/changes', '/logs?vm=running', '/ports', '/images', '/images/dev-tools', '/images/broken',
        '/images/dev-tools/packages', '/images/new', '/ops', '/ops/op-bad', '/ops/op-ok', '/doctor', '/plugins', '/plugins/share-dir', '/settings', '/vms/running/confirm/delete'];
    for (let first = 0; first < corpus.length; first += 3) { // each third text at the begin of what it is in
        const text = corpus.slice(first, first + 3).join(' ');
        await t.test(text, async () => {
            const good = full();
            for (const part of ['vms', 'images', 'operations', 'checks', 'footprint', 'lines', 'plugins', 'daemon', 'config']) world[part] = saying(good[part], text);
            const vm = world.vms[0];
            vm.guest.ports.ports = [port(8000, text, text), port(8001, text, text, text)];
            world.files = { 'running.log': `${text}\n\u001b]8;;javascript:alert(1)\u001b\\${text}\u001b]8;;\u001b\\\n`, 'packages.txt': `${text}\t${text}\n` };
            world.journal = world.files['running.log'];
            world.diff = [{ change: text, type: text, size_bytes: 1, path: `/${text}` }, { change: 'added', type: 'file', size_bytes: text, path: text }];
            hostile.daemon.settle(hostile.daemon.folder);
            await hostile.changed();
            await lookAtChanges(watched.page, hostile, 'running');
            let shown = 0;
            for (const path of pages) {
                await watched.page.goto(hostile.url + path);
                assert.ok(!/owned/.test(await watched.page.title().then(title => title === 'owned' ? title : '')), `ran on ${path}`);
                const odd = await watched.page.evaluate(() => [
                    ...[...document.querySelectorAll('a[href], form[action], button[formaction], img, iframe, link, base, script')].map(each => each.getAttribute('href') ?? each.getAttribute('action') ?? each.getAttribute('formaction') ?? each.getAttribute('src') ?? '')
                        .filter(where => where && (!['http:', 'https:'].includes(new URL(where, location.href).protocol) || new URL(where, location.href).hostname === 'evil.example')),
                    ...[...document.querySelectorAll('*')].flatMap(each => each.getAttributeNames()).filter(name => name.startsWith('on') || name === 'style'),
                    ...[...document.querySelectorAll('style, base, script:not([src])')].map(each => each.outerHTML),
                ]);
                assert.deepEqual(odd, [], path);
                shown += (await watched.page.textContent('main')).includes(text) ? 1 : 0;
                watched.good(path);
            }
            assert.ok(shown >= 8, `shown word for word on ${shown} pages only`);
        });
    }
    await watched.close();
    await hostile.stop();
});

test('T9: hostile names in addresses and forms come back as text', async () => {
    const watched = await open(browser, console_, { allow: /Failed to load resource/ });
    for (const text of corpus) {
        for (const path of [`/vms/${encodeURIComponent(text)}`, `/vms?q=${encodeURIComponent(text)}`, `/ops?q=${encodeURIComponent(text)}`, `/files?q=${encodeURIComponent(text)}&back=${encodeURIComponent(text)}`,
            `/vms/new?name=${encodeURIComponent(text)}`, `/nosuch/${encodeURIComponent(text)}`, `/logs?vm=${encodeURIComponent(text)}`]) {
            await watched.page.goto(console_.url + path);
            assert.notEqual(await watched.page.title(), 'owned', path);
            assert.ok(watched.page.url().startsWith(console_.url), `led to ${watched.page.url()}`);
            watched.good(path);
        }
    }
    await watched.go(`/vms/new?name=${encodeURIComponent(corpus[1])}`);
    assert.equal(await watched.page.getByLabel('Name', { exact: true }).inputValue(), corpus[1]);
    await watched.close();
});

test('T19: nothing is asked of anybody else, and all scripts and styles are files of ours', async () => {
    const watched = await open(browser, console_); // which fails on any other address
    for (const path of ['/', '/vms', '/vms/running', '/vms/new', '/settings', '/plugins/share-dir/panel/overview/']) {
        const response = await watched.go(path);
        const html = await response.text();
        assert.ok(!/<(script|style)(?![^>]*src=)[^>]*>\s*\S/.test(html), `inline script or style on ${path}`);
        assert.ok(!/\son\w+=/.test(html.replaceAll(/<[^>]*value="[^"]*"[^>]*>/g, '')), `a handler on ${path}`);
    }
    await watched.close();
});

test('a panel of a plugin runs nothing and reaches nothing', async () => {
    daemon.world.panels['share-dir/usage'] = `<!doctype html><html lang="en"><title>x</title><h1>Panel</h1><script>parent.document.title = 'owned'</script><img src="${console_.url}/vms">
<form method="post" action="${console_.url}/vms/running/stop"><button>Go</button></form><a href="${console_.url}/vms" target="_top">top</a>`;
    const watched = await open(browser, console_, { allow: /^console: / });
    await watched.go('/plugins/share-dir/panel/usage/');
    const frame = watched.page.frameLocator('iframe');
    assert.equal(await frame.locator('h1').textContent(), 'Panel');
    assert.match(await watched.page.title(), /banger$/);
    await frame.locator('button').click();
    await frame.locator('a').click();
    assert.match(watched.page.url(), /\/panel\/usage\/$/);
    assert.deepEqual(daemon.changes, []);
    await watched.close();
});

test('T20: a form that is too old is sent again by one click, with what was typed in', async () => {
    // A token of the same secret, made by a clock that is behind: the browser's own form, its token swapped.
    const watched = await open(browser, console_, { allow: /Failed to load resource.* 403/ });
    await watched.go('/vms/new');
    await watched.page.getByLabel('Name', { exact: true }).fill('late');
    await watched.page.evaluate(() => { document.querySelector('form[data-form] input[name="csrf"]').value = 'rubbish'; });
    const answer = watched.page.waitForResponse(each => each.request().method() === 'POST');
    await watched.page.locator('.actions').getByRole('button', { name: 'Create', exact: true }).click();
    assert.equal((await answer).status(), 403);
    assert.deepEqual(daemon.changes, []);
    assert.match(await watched.page.textContent('main'), /form|token|page/i);
    await watched.close();
});

test('T20: refused for its origin, a page says which it saw and which it expects', async () => {
    const response = await fetch(`${console_.url}/vms`, { method: 'POST', headers: { Origin: 'http://localhost:1' }, body: new URLSearchParams({ name: 'x' }) });
    assert.equal(response.status, 403);
    const text = await response.text();
    assert.ok(text.includes('http://localhost:1') && text.includes(console_.url), text);
});

test('an operation, a VM and an image named alike do not get in each other\'s way', async () => {
    const watched = await open(browser, console_);
    daemon.world.vms.push(makeVm('same', 'stopped'));
    daemon.world.operations.push(makeOperation('same', 'start', 'same', 'succeeded'));
    await console_.changed();
    await watched.go('/vms/same');
    await watched.go('/ops/same');
    await watched.close();
});
