// What JavaScript adds: facts that come by themselves, questions in a dialog, shortcuts, the theme, a daemon that is lost.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, open } from './lib/browser.mjs';
import { aPageForEachTest, browser, console_, daemon, page, watched } from './lib/suite.mjs';
import { makeOperation } from './lib/world.mjs';

aPageForEachTest({ permissions: ['clipboard-read', 'clipboard-write'] });

const tell = (vm, state) => {
    daemon.world.vms.find(each => each.name === vm).state = state;
    return console_.changed({ type: 'vm.state', vm, id: daemon.world.vms.find(each => each.name === vm).id, state });
};
const focused = () => page.evaluate(() => document.activeElement?.textContent.trim());

test('a state that changes is seen without a reload, in two tabs, and nothing that is typed in is lost', async () => {
    const second = await watched.context.newPage();
    await second.goto(`${console_.url}/vms`);
    await watched.go('/vms');
    await page.evaluate(() => { globalThis.same = true; });
    await page.getByLabel('Find', { exact: true }).fill('half a na');
    await tell('stopped', 'crashed');
    for (const each of [page, second]) {
        await each.locator('tr[data-vm="stopped"] [data-vm-state]').filter({ hasText: 'crashed' }).waitFor();
    }
    assert.ok(await page.evaluate(() => globalThis.same), 'the page was loaded anew');
    assert.equal(await page.getByLabel('Find', { exact: true }).inputValue(), 'half a na');
    await tell('stopped', 'stopped');
    await second.close();
});

test('an operation goes on in the header of every page, and its end is told', async () => {
    await watched.go('/settings');
    const before_ = Number(await page.locator('[data-tray-count]').textContent());
    const operation = makeOperation('op-live', 'start', 'stopped', 'running');
    daemon.world.operations.unshift(operation);
    await console_.changed({ type: 'operation', operation: 'op-live', kind: 'start', target: 'stopped', state: 'running', stage: 'boot' });
    await page.waitForFunction(count => Number(document.querySelector('[data-tray-count]').textContent) === count, before_ + 1);
    Object.assign(operation, { state: 'failed', error: { kind: 'internal', message: 'it does not boot', hint: '' } });
    await console_.changed({ type: 'operation', operation: 'op-live', kind: 'start', target: 'stopped', state: 'failed', stage: '' });
    await page.waitForFunction(count => Number(document.querySelector('[data-tray-count]').textContent) === count, before_);
    const toast = page.locator('[data-toasts] .toast');
    await toast.first().waitFor();
    assert.deepEqual(await axe(page), []);
    daemon.world.operations.shift();
});

test('deleting asks in a dialog: Cancel has the focus, Escape ends it, the focus comes back', async () => {
    await watched.go('/vms');
    const trigger = page.getByRole('link', { name: 'Delete stopped', exact: true });
    await trigger.focus();
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    assert.match(await dialog.innerText(), /stopped[\s\S]*there is no way back/);
    assert.equal(await focused(), 'Cancel');
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' }).catch(() => {});
    assert.equal(await page.locator('dialog[open]').count(), 0);
    assert.ok(await trigger.evaluate(each => each === document.activeElement), 'the focus does not come back');
    assert.deepEqual(daemon.changes, []);
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await dialog.getByRole('button', { name: /^Delete/ }).click();
    await page.waitForFunction(() => !document.querySelector('dialog[open]'));
    assert.deepEqual(daemon.changes.map(each => each.method), ['DELETE']);
    daemon.end('succeeded');
});

test('shortcuts lead, not while somebody types, and can be switched off', async () => {
    await watched.go('/vms');
    await page.keyboard.press('/');
    assert.ok(await page.getByLabel('Find', { exact: true }).evaluate(each => each === document.activeElement));
    await page.keyboard.type('gi?');
    assert.equal(await page.getByLabel('Find', { exact: true }).inputValue(), 'gi?');
    assert.match(page.url(), /\/vms$/);
    await page.locator('h1').click();
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL('**/images');
    await watched.go('/settings');
    await page.locator('[data-setting="shortcuts"]').uncheck();
    await watched.go('/vms');
    await page.locator('h1').click();
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.keyboard.press('/');
    assert.match(page.url(), /\/vms$/);
    assert.ok(!await page.getByLabel('Find', { exact: true }).evaluate(each => each === document.activeElement));
    await page.evaluate(() => localStorage.clear());
});

test('the theme that is chosen stays', async () => {
    await watched.go('/settings');
    await page.locator('[data-setting="theme"][value="dark"]').check();
    const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    assert.equal(await scheme(), 'dark');
    await watched.go('/vms');
    assert.equal(await scheme(), 'dark');
    assert.deepEqual(await axe(page, ['color-contrast']), []);
    await page.evaluate(() => localStorage.clear());
});

test('what is copied is what is shown', async () => {
    await watched.go('/vms/running');
    const command = page.locator('.command').first();
    await command.getByRole('button').click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await command.locator('code').textContent());
});

test('buttons that waited for sudo come alive by themselves', async () => {
    daemon.world.daemon.privilege = { mode: 'sudo', ready: false, command: 'sudo -v', reason: 'sudo asks for a password' };
    await console_.changed();
    await watched.go('/vms');
    const start = page.getByRole('button', { name: 'Start stopped', exact: true });
    assert.ok(await start.isDisabled());
    daemon.world.daemon.privilege = { mode: 'sudo', ready: true, command: '' };
    await console_.changed({ type: 'privilege' });
    await page.waitForFunction(() => ![...document.querySelectorAll('tr[data-vm="stopped"] button')].some(each => each.disabled));
});

test('a daemon that is started anew: the page goes on by itself, and an open form is sent', async () => {
    const quiet = await open(browser, console_, { allow: /^console: / });
    await quiet.go('/vms/new');
    await quiet.page.getByLabel('Name', { exact: true }).fill('kept');
    await console_.restart();
    assert.equal(await quiet.page.getByLabel('Name', { exact: true }).inputValue(), 'kept');
    await quiet.page.locator('.actions').getByRole('button', { name: 'Create', exact: true }).click();
    await quiet.page.waitForURL(/\/ops\/op-new-/);
    assert.deepEqual(daemon.changes.map(each => each.body.name), ['kept']);
    daemon.end('succeeded');
    await quiet.close();
});

test('what a VM changed is looked at once for one click, and shown without a reload', async () => {
    let looks = 0;
    daemon.on('POST /v1/plugins/imagebuild/actions/cli/diff', async () => {
        looks++;
        await new Promise(done => setTimeout(done, looks * 300));
        return daemon.route('POST', '/v1/plugins/imagebuild/actions/cli/diff');
    });
    await watched.go('/vms/running/changes');
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByText('Looked at just now').waitFor();
    await page.getByRole('rowheader', { name: '/etc/nginx/nginx.conf' }).waitFor();
    await page.getByLabel('Also what every VM has of its own').check();
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('Its disk is looked at').waitFor();
    await page.getByRole('rowheader', { name: '/srv/www', exact: true }).waitFor();
    assert.equal(looks, 2);
    assert.ok(await page.getByLabel('Also what every VM has of its own').isChecked());
    watched.good();
});
