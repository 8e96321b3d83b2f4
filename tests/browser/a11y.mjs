// Nothing for axe-core to find on any page, in both themes and both sizes, and what it does not look at: titles, headings,
// states that are words. What depends on colours alone is looked at once more in the dark.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { axe, open, sizes } from './lib/browser.mjs';
import { emptyPages, errorPages, fullPages } from './lib/pages.mjs';
import { bothWorlds, browser, consoles } from './lib/suite.mjs';

bothWorlds();

const coloured = ['color-contrast', 'link-in-text-block'];

async function look(page) {
    const found = [];
    for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme: 'light' });
        for (const fault of await axe(page)) found.push(`${size}, light: ${fault}`);
        await page.emulateMedia({ colorScheme: 'dark' });
        for (const fault of await axe(page, coloured)) found.push(`${size}, dark: ${fault}`);
    }
    assert.deepEqual(found, []);
}

/// Of the page itself, whatever its theme.
async function read(page) {
    return page.evaluate(() => {
        const all = selector => [...document.querySelectorAll(selector)];
        return {
            title: document.title, headings: all('h1').map(each => each.textContent), lang: document.documentElement.lang,
            landmarks: ['header', 'nav', 'main', 'footer'].filter(each => !document.querySelector(each)),
            tables: all('table').filter(each => !each.caption || each.querySelector('th:not([scope])')).length,
            wordless: all('.state').filter(each => !each.textContent.trim()).length,
            ids: all('[id]').map(each => each.id).filter((id, i, ids) => ids.indexOf(id) !== i),
        };
    });
}

async function look_at(which, pages) {
    const watched = await open(browser, consoles[which], { allow: /^console: Failed to load resource.* 404/ });
    const titles = new Map();
    return {
        watched,
        async check(path, heading, status = 200) {
            await watched.go(path, status);
            const said = await read(watched.page);
            assert.match(said.title, /^\S.* · banger$/);
            assert.equal(titles.get(said.title) ?? path.split('?')[0], path.split('?')[0], `two pages have the title ${said.title}`);
            titles.set(said.title, path.split('?')[0]);
            assert.equal(said.headings.length, 1, `headings: ${said.headings.join(', ')}`);
            if (heading) assert.equal(said.headings[0], heading);
            assert.equal(said.lang, 'en');
            assert.deepEqual([said.landmarks, said.tables, said.wordless, said.ids], [[], 0, 0, []]);
            await look(watched.page);
            watched.good(path);
        },
    };
}

test('full', async t => {
    const { watched, check } = await look_at(0);
    for (const [path, heading] of fullPages) {
        await t.test(path, () => check(path, heading));
    }
    await watched.close();
});

test('empty', async t => {
    const { watched, check } = await look_at(1);
    for (const path of emptyPages) {
        await t.test(path, () => check(path));
    }
    await watched.close();
});

test('errors', async t => {
    const { watched } = await look_at(0);
    for (const [path, status] of errorPages) {
        await t.test(path, async () => {
            await watched.go(path, status);
            assert.match(await watched.page.textContent('main'), /request \S+/);
            assert.match(await watched.page.title(), / · banger$/);
            await look(watched.page);
        });
    }
    await watched.close();
});

test('a daemon that waits for sudo, and one that has warnings', async () => {
    const { daemon } = consoles[0];
    Object.assign(daemon.world.daemon, { privilege: { mode: 'sudo', ready: false, command: 'sudo -v', reason: 'sudo asks for a password' }, warnings: ['the clock of this machine was turned back'] });
    await consoles[0].changed();
    const { watched, check } = await look_at(0);
    for (const path of ['/', '/vms', '/vms/stopped', '/vms/new', '/images/new', '/vms/stopped/confirm/start']) {
        await check(path);
        const dead = await watched.page.$$eval('button:disabled', buttons => buttons.filter(each => {
            const why = document.getElementById(each.getAttribute('aria-describedby'));
            return each.getAttribute('aria-hidden') !== 'true' && !why?.textContent.trim();
        }).map(each => each.textContent));
        assert.deepEqual(dead, [], `buttons that say nothing of why they are disabled, on ${path}`);
    }
    await watched.close();
});
