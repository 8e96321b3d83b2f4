// Several at once, by script: asked in a dialog, told one by one, tried again alone.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { axe } from './lib/browser.mjs';
import { aPageForEachTest, console_, daemon, page, watched } from './lib/suite.mjs';
import { makeVm } from './lib/world.mjs';

aPageForEachTest({ allow: /^console: Failed to load resource.* 422/ }); // what is refused

const names = Array.from({ length: 10 }, (_, i) => `many-${i}`);
async function ten(state) {
    daemon.world.vms = [...daemon.world.vms.filter(vm => !names.includes(vm.name)), ...names.map(name => makeVm(name, state))];
    await console_.changed();
}
const bulk = name => page.locator('#bulk').getByRole('button', { name, exact: true });

test('what failed is named, and tried again alone', async () => {
    await ten('running');
    daemon.on('POST /v1/vms/many-4/stop', () => [409, { error: { kind: 'conflict', message: 'its disk is being saved', hint: 'wait for it' } }]);
    await watched.go('/vms?q=many-');
    await page.getByRole('link', { name: 'Select all 10 VMs' }).click();
    assert.equal(await page.locator('input[name="name"]:checked').count(), 10);
    await bulk('Stop').click();
    await page.getByText('1 of 10 failed').waitFor();
    assert.match(await page.locator('tr', { hasText: 'many-4' }).innerText(), /its disk is being saved/);
    assert.deepEqual(await axe(page), []);
    daemon.changes.length = 0;
    daemon.hooks.clear();
    await page.getByRole('button', { name: 'Try again the 1 that failed' }).click();
    await page.waitForFunction(() => !document.body.textContent.includes('1 of 10 failed'));
    assert.deepEqual(daemon.changes.map(each => each.target), ['/v1/vms/many-4/stop']);
});

test('deleting several is counted in a dialog, and a wrong number stays in it', async () => {
    await ten('stopped');
    await watched.go('/vms?q=many-');
    for (const name of names.slice(0, 3)) await page.getByLabel(`Select ${name}`).check();
    await bulk('Delete…').click();
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    for (const name of names.slice(0, 3)) assert.ok((await dialog.innerText()).includes(name), `${name} is not named`);
    assert.deepEqual(await axe(page), []);
    const count = dialog.getByLabel('Type their number, 3');
    await count.fill('10');
    await dialog.getByRole('button', { name: 'Delete 3 VMs' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'type 3' }).waitFor();
    assert.ok(await count.evaluate(each => each === document.activeElement));
    assert.deepEqual(daemon.changes, []);
    await count.fill('3');
    await dialog.getByRole('button', { name: 'Delete 3 VMs' }).click();
    await page.waitForFunction(() => !document.querySelector('dialog[open]'));
    assert.deepEqual(daemon.changes.map(each => [each.method, each.target.split('?')[0]]), names.slice(0, 3).map(name => ['DELETE', `/v1/vms/${name}`]));
});

test('nothing is selected: it says so, and asks for nothing', async () => {
    await ten('stopped');
    await watched.go('/vms?q=many-');
    await bulk('Start').click();
    await page.locator('dialog[open]').filter({ hasText: 'That was not done' }).waitFor();
    assert.deepEqual(daemon.changes, []);
});
