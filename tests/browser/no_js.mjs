// Everything that there is to do is done without JavaScript.
import { after, before, beforeEach, test } from 'node:test';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { launch, open, together } from './lib/browser.mjs';
import { Console } from './lib/console.mjs';
import { full, makeVm } from './lib/world.mjs';

let browser, console_, daemon, watched, page, files;

before(async () => {
    files = mkdtempSync(join(process.env.TMPDIR, 'files.'));
    mkdirSync(join(files, 'recipes'));
    writeFileSync(join(files, 'recipes', 'web.yaml'), 'packages: [nginx]\n');
    [browser, console_] = await together(launch(), Console.start(full(), { file_roots: [files] }));
    daemon = console_.daemon;
    watched = await open(browser, console_, { javaScriptEnabled: false, allow: /^console: Failed to load resource.* 4(04|09|22)/ });
    page = watched.page;
});
after(async () => {
    await watched?.close();
    await browser?.close();
    await console_?.stop();
});
beforeEach(() => {
    daemon.changes.length = 0;
    daemon.hooks.clear();
});

const click = (role, name) => page.getByRole(role, { name, exact: true }).click();
const says = async text => assert.ok((await page.textContent('main')).includes(text), `"${text}" is not in: ${(await page.innerText('main')).slice(0, 600)}`);

test('create, watch, cancel', async () => {
    await watched.go('/vms');
    await click('link', 'Create a VM');
    await page.getByLabel('Name', { exact: true }).fill('web-1');
    await page.getByLabel('Memory', { exact: true }).fill('1G');
    await page.getByLabel('NAT', { exact: true }).selectOption('yes');
    await click('button', 'Create');
    assert.deepEqual(daemon.changes.map(each => [each.method, each.target, each.body.name, each.body.memory_mib, each.body.options]),
                     [['POST', '/v1/vms', 'web-1', 1024, { nat: { nat: true } }]]);
    assert.match(page.url(), /\/ops\/op-new-\d+$/);
    await says('running');
    assert.equal(await page.locator('main progress').count(), 1);
    // The page is fetched anew by itself while its operation runs.
    assert.match(await page.locator('noscript').first().innerHTML(), /http-equiv="refresh"/);
    await click('button', 'Cancel');
    assert.match(daemon.changes.at(-1).target, /\/v1\/operations\/op-new-\d+\/cancel/);
    await says('cancelling');
    daemon.end('cancelled');
    await console_.changed({ type: 'operation' });
    await page.waitForFunction(() => document.querySelector('main').textContent.includes('cancelled'), null, { timeout: 10000 }).catch(() => page.reload());
    await says('cancelled');
    assert.equal(await page.locator('noscript meta[http-equiv="refresh"]').count(), 0, 'a page that is fetched anew for ever');
});

test('stop at once, and delete after a page that names what is lost', async () => {
    daemon.world.vms.push(makeVm('goner', 'running'));
    await console_.changed();
    await watched.go('/vms');
    await click('button', 'Stop goner');
    assert.deepEqual(daemon.changes.map(each => each.target), ['/v1/vms/goner/stop']);
    daemon.end('succeeded');
    await console_.changed();
    await watched.go('/vms/goner');
    await click('link', 'Delete goner');
    await says('goner');
    await says('there is no way back');
    assert.equal(daemon.changes.length, 1, 'something was done before the question was answered');
    await click('link', 'Cancel');
    assert.match(page.url(), /\/vms\/goner$/);
    await click('link', 'Delete goner');
    await click('button', 'Delete goner');
    assert.deepEqual(daemon.changes.slice(1).map(each => [each.method, each.target.split('?')[0]]), [['DELETE', '/v1/vms/goner']]);
    daemon.end('succeeded');
    daemon.world.vms.pop();
    await console_.changed();
});

test('build an image, its recipe picked from a folder', async () => {
    await watched.go('/images');
    await page.getByRole('link', { name: /Build/ }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('dev-2');
    await page.getByLabel('Package, one in each line').fill('htop\ntmux');
    await click('button', 'Browse for Recipe');
    await says('recipes/');
    await click('link', 'recipes/');
    await click('link', 'web.yaml');
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'dev-2', 'what was typed in is gone');
    assert.equal(await page.getByLabel('Recipe', { exact: true }).inputValue(), join(files, 'recipes', 'web.yaml'));
    await page.locator('.actions').getByRole('button', { name: 'Build', exact: true }).click();
    assert.deepEqual(daemon.changes.map(each => [each.target, each.body]),
                     [['/v1/plugins/imagebuild/actions/cli/build', { name: 'dev-2', package: ['htop', 'tmux'], recipe: join(files, 'recipes', 'web.yaml') }]]);
    assert.match(page.url(), /\/ops\/op-new-/);
    daemon.end('succeeded', { result: { image: 'dev-2' } });
    await console_.changed({ type: 'operation' });
    await page.reload();
    await says('succeeded');
});

test('look at what a VM changed', async () => {
    let answer, looks = 0;
    daemon.on('POST /v1/plugins/imagebuild/actions/cli/diff', () => new Promise(done => { looks++; answer = () => done(daemon.route('POST', '/v1/plugins/imagebuild/actions/cli/diff')); }));
    await watched.go('/vms/running/changes');
    await click('button', 'Look');
    await says('Its disk is looked at.');
    assert.match(await page.locator('noscript').first().innerHTML(), /http-equiv="refresh"/);
    await click('link', 'Journal'); // nothing waits for it
    while (!answer) await new Promise(done => setTimeout(done, 20));
    answer();
    await click('link', 'Changes');
    await page.getByText('Looked at').waitFor();
    await says('/etc/nginx/nginx.conf');
    await page.getByRole('link', { name: /^Removed/ }).click();
    assert.deepEqual(await page.locator('tbody th').allTextContents(), ['/etc/nginx/sites-enabled/default']);
    assert.deepEqual(daemon.changes, []);
    assert.equal(looks, 1);
});

test('read and search logs', async () => {
    await watched.go('/vms/running/logs');
    await says('Started sshd');
    await page.getByLabel('Find in it').fill('sshd');
    await click('button', 'Show');
    await says('Started sshd');
    assert.ok(!(await page.textContent('pre.log')).includes('Linux version'));
    await page.getByLabel('Find in it').fill('nowhere');
    await click('button', 'Show');
    await says('No line has that');
    const download = page.waitForEvent('download');
    await click('link', 'Download');
    assert.equal((await download).suggestedFilename(), 'running-console.txt');
    await watched.go('/vms/stopped/logs');
    await says('the log has ended');
});

test('several at once: what failed is named, and tried again alone', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `many-${i}`);
    daemon.world.vms.push(...names.map(name => makeVm(name, 'running')));
    await console_.changed();
    daemon.on('POST /v1/vms/many-4/stop', () => [409, { error: { kind: 'conflict', message: 'its disk is being saved', hint: 'wait for it' } }]);
    await watched.go('/vms?q=many-');
    const all = page.getByRole('link', { name: /^Select all/ });
    assert.match(await all.textContent(), /^Select all 10\b/);
    await all.click();
    assert.equal(await page.locator('input[name="name"]:checked').count(), 10);
    await page.locator('#bulk').getByRole('button', { name: 'Stop', exact: true }).click();
    assert.equal(daemon.changes.length, 10);
    await says('1 of 10 failed');
    assert.match(await page.locator('tr', { hasText: 'many-4' }).innerText(), /its disk is being saved/);
    daemon.changes.length = 0;
    daemon.hooks.clear();
    await click('button', 'Try again the 1 that failed');
    assert.deepEqual(daemon.changes.map(each => each.target), ['/v1/vms/many-4/stop']);
});

test('delete several: they are counted first', async () => {
    const [first, second] = ['many-0', 'many-1'];
    for (const vm of daemon.world.vms) vm.operation = null;
    await console_.changed();
    await watched.go('/vms?q=many-');
    for (const name of [first, second]) await page.getByLabel(`Select ${name}`).check();
    await page.locator('#bulk').getByRole('button', { name: 'Delete…', exact: true }).click();
    await page.getByLabel('Type their number, 2').fill('3');
    await click('button', 'Delete 2 VMs');
    assert.deepEqual(daemon.changes, []);
    assert.match(await page.getByRole('alert').innerText(), /type 2/);
    await page.getByLabel('Type their number, 2').fill('2');
    await click('button', 'Delete 2 VMs');
    assert.deepEqual(daemon.changes.map(each => [each.method, each.target.split('?')[0]]), [['DELETE', `/v1/vms/${first}`], ['DELETE', `/v1/vms/${second}`]]);
});

test('filters are in the address, and Back works', async () => {
    await watched.go('/vms');
    await page.getByLabel('Find', { exact: true }).fill('run');
    await page.locator('form.filters').getByRole('button').click();
    assert.match(page.url(), /[?&]q=run(&|$)/);
    assert.deepEqual(await page.locator('tr[data-vm]').evaluateAll(rows => rows.map(row => row.dataset.vm)), ['running']);
    await page.goBack();
    assert.ok(await page.locator('tr[data-vm]').count() > 5);
    await page.getByRole('link', { name: 'Name', exact: true }).click();
    assert.match(await page.locator('th[aria-sort]').getAttribute('aria-sort'), /^(a|de)scending$/);
});
