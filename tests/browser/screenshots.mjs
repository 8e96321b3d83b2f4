// A picture of every page in both themes and sizes, in browser/screenshots of the build folder, to be looked at.
import { test } from 'node:test';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folder, open, sizes } from './lib/browser.mjs';
import { emptyPages, errorPages, fullPages } from './lib/pages.mjs';
import { bothWorlds, browser, consoles } from './lib/suite.mjs';

bothWorlds();

const pictures = join(folder, 'screenshots');
const file_of = path => path.replace(/^\/$/, 'overview').replaceAll(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '');

test('every page', async t => {
    rmSync(pictures, { recursive: true, force: true });
    for (const [which, state, paths] of [[0, 'full', [...fullPages.map(([path]) => path), ...errorPages.map(([path]) => path).slice(0, 2)]], [1, 'empty', emptyPages]]) {
        const watched = await open(browser, consoles[which], { allow: /^console: Failed to load resource.* 404/, reducedMotion: 'reduce' });
        for (const path of paths) {
            await t.test(`${state} ${path}`, async () => {
                await watched.page.goto(consoles[which].url + path);
                for (const [size, viewport] of Object.entries(sizes)) {
                    await watched.page.setViewportSize(viewport);
                    for (const colorScheme of ['light', 'dark']) {
                        await watched.page.emulateMedia({ colorScheme });
                        const to = join(pictures, `${state}-${size}-${colorScheme}`);
                        mkdirSync(to, { recursive: true });
                        await watched.page.screenshot({ path: join(to, `${file_of(path)}.png`), fullPage: true });
                    }
                }
                watched.good(path);
            });
        }
        await watched.close();
    }
});
