// Forms: what was typed in is never lost, and nothing is done twice.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { aPageForEachTest, console_, daemon, page, watched } from './lib/suite.mjs';
import { makeOperation } from './lib/world.mjs';

aPageForEachTest({ allow: /^console: Failed to load resource.* 4(03|04|09|22)/ });

const create = () => page.locator('.actions').getByRole('button', { name: 'Create', exact: true });
const name = () => page.getByLabel('Name', { exact: true });

test('what is wrong is said beside its field and above all of them, and all of it stays', async () => {
    await watched.go('/vms/new');
    await name().fill('web-1');
    await page.getByLabel('CPUs', { exact: true }).fill('many');
    await page.getByLabel('Memory', { exact: true }).fill('bananas');
    await page.getByLabel('Image', { exact: true }).selectOption('dev-tools');
    await page.getByLabel('Publish, one in each line').fill('8080:80\n8443:443');
    const answer = page.waitForResponse(each => each.request().method() === 'POST');
    await create().click();
    assert.equal((await answer).status(), 422);
    assert.deepEqual(daemon.changes, []);
    const summary = page.locator('.summary');
    assert.ok(await summary.evaluate(each => each === document.activeElement), 'the summary has no focus');
    assert.deepEqual(await summary.getByRole('link').allTextContents(), ['CPUs', 'Memory']);
    assert.match(await page.title(), /^Not yet/);
    await summary.getByRole('link', { name: 'Memory' }).click();
    const memory = page.getByLabel('Memory', { exact: true });
    assert.ok(await memory.evaluate(each => each === document.activeElement || location.hash === `#${each.id}`));
    assert.equal(await memory.getAttribute('aria-invalid'), 'true');
    const described = (await memory.getAttribute('aria-describedby')).split(' ');
    const texts = await page.evaluate(ids => ids.map(id => document.getElementById(id)?.textContent), described);
    assert.ok(texts.every(text => text?.trim()), `described by nothing: ${described}`);
    assert.ok(texts.some(text => text.includes('bananas')), texts.join('; '));
    assert.deepEqual([await name().inputValue(), await page.getByLabel('Image', { exact: true }).inputValue(), await memory.inputValue(), await page.getByLabel('Publish, one in each line').inputValue()],
                     ['web-1', 'dev-tools', 'bananas', '8080:80\n8443:443']);
    await memory.fill('2G');
    await page.getByLabel('CPUs', { exact: true }).fill('4');
    await create().click();
    assert.equal(daemon.changes.length, 1);
    assert.deepEqual([daemon.changes[0].body.memory_mib, daemon.changes[0].body.vcpus], [2048, 4]);
    daemon.end('succeeded');
});

test('what the daemon refuses is said at the field that it means', async () => {
    await watched.go('/vms/new');
    await name().fill('running');
    await create().click();
    assert.match(await page.locator('.summary').innerText(), /there is a VM named "running"/);
    assert.equal(await name().inputValue(), 'running');
});

test('a double click makes one VM', async () => {
    daemon.on('POST /v1/vms', async body => {
        await new Promise(done => setTimeout(done, 300));
        return daemon.route('POST', '/v1/vms', '/v1/vms', body);
    });
    await watched.go('/vms/new');
    await name().fill('once');
    await create().dblclick();
    await page.waitForURL(/\/ops\/op-new-/);
    assert.equal(daemon.changes.length, 1);
    daemon.end('succeeded');
});

test('Back after a change asks nobody to send it again', async () => {
    await watched.go('/vms/new');
    await name().fill('back');
    await create().click();
    await page.waitForURL(/\/ops\/op-new-/);
    await page.reload();
    await page.goBack();
    await page.goForward();
    assert.match(page.url(), /\/ops\/op-new-/);
    assert.equal(daemon.changes.length, 1);
    daemon.end('succeeded');
});

test('a VM that is busy: the operation in its way is one click away', async () => {
    daemon.on('POST /v1/vms/running/stop', () => [409, { error: { kind: 'busy', message: 'the VM is being saved', hint: 'wait for it' } }]);
    const saving = makeOperation('op-save', 'imagebuild.commit', 'running', 'running');
    daemon.world.operations.unshift(saving);
    await watched.go('/vms/running');
    await page.getByRole('button', { name: 'Stop running', exact: true }).click();
    await page.getByRole('link', { name: 'Look at the operation that is in the way' }).click();
    assert.match(page.url(), /\/ops\/op-save$/);
    daemon.world.operations.shift();
});

test('Check shows what would be made, and the command that is the same', async () => {
    await watched.go('/vms/new');
    await name().fill("it's");
    await page.getByLabel('Memory', { exact: true }).fill('1G');
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    assert.deepEqual(daemon.changes, []);
    assert.match(await page.locator('main').innerText(), /This would be made[\s\S]*1 GiB/);
    assert.match(await page.locator('.command code').first().innerText(), /^banger vm create .*--memory/);
    assert.equal(await name().inputValue(), "it's");
});

test('a form that was open while the daemon was started anew is good', async () => {
    await watched.go('/vms/new');
    await name().fill('survivor');
    await console_.restart();
    await create().click();
    await page.waitForURL(/\/ops\/op-new-/);
    assert.deepEqual(daemon.changes.map(each => each.body.name), ['survivor']);
    daemon.end('succeeded');
});

test('a change without what it says is not made: nothing was changed in the form', async () => {
    await watched.go('/vms/stopped/set');
    await page.locator('.actions').getByRole('button').first().click();
    assert.match(await page.locator('.summary').innerText(), /Nothing was changed/);
    assert.deepEqual(daemon.changes, []);
});

test('while a form is filled in, the state that counts is shown again by the answer', async () => {
    await watched.go('/vms/running/set');
    const locked = page.getByLabel('Memory', { exact: true });
    assert.ok(await locked.isDisabled());
    const why = await page.evaluate(id => document.getElementById(id.split(' ')[0])?.textContent, await locked.getAttribute('aria-describedby') ?? '');
    assert.match(why ?? '', /stop it first/i);
});
