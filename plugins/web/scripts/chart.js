// Charts that go on, in the place of the drawings that the page came with: uPlot draws what the API tells.
{
    const place = one("#charts");
    const charts = [], courses = {}; // of each metric: {low, mean, high}, as `told` has it
    let told = {}, timer;

    // As pages/text.cpp says them.
    const round = (value) => +value.toFixed(value < 9.95 ? 1 : 0);
    const bytes = (value) => {
        const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        for (; value >= 1024 && units[1]; units.shift()) {
            value /= 1024;
        }
        return `${round(value)} ${units[0]}`;
    };
    const texts = { "%": (value) => `${round(value)} %`, B: bytes, "B/s": (value) => `${bytes(value)}/s` };

    const timeOf = (i) => told.begin + i * told.step_s;
    // As the style sheet has it now: themes change.
    const colour = (element, property = "color") => () => getComputedStyle(element)[property];

    const draw = (figure) => {
        const frame = one(".plot", figure), keys = all(".key", figure), text = texts[figure.dataset.unit];
        const meansOf = (key) => courses[key.dataset.line].mean;
        const data = () => {
            one("small", figure).hidden = keys.some((key) => told.figures[key.dataset.line]?.most != null);
            return [Array.from({ length: told.steps }, (_, i) => timeOf(i)), ...keys.flatMap((key) => Object.values(courses[key.dataset.line]))];
        };
        // What the crosshair is at.
        const read = ({ cursor: { idx } }) => {
            const said = keys.filter((key) => meansOf(key)[idx] != null).map((key) => ` ${keys[1] ? key.textContent : ""} ${text(meansOf(key)[idx])}`);
            setText(one("output", figure), said[0] ? new Date(timeOf(idx) * 1000).toLocaleTimeString() + said : "");
        };
        figure.dataset.own = "";
        frame.replaceChildren();
        const no = { show: false }, series = [{}], bands = [];
        for (const key of keys) {
            const stroke = colour(key), at = series.length, fill = () => stroke().replace(")", ", .14)");
            bands.push({ series: [at + 2, at + 1], fill });
            series.push({ stroke, dash: at > 1 ? [5, 3] : [], fill: keys[1] ? null : fill, points: { show: (u, i, first, last) => first === last } }, { points: no }, { points: no });
        }
        const axis = { stroke: colour(frame), grid: { stroke: colour(figure, "borderTopColor"), width: 1 }, ticks: no };
        const size = () => ({ width: frame.clientWidth, height: frame.clientHeight });
        const plot = new uPlot({
            ...size(), series, bands, legend: no, padding: [8, 8, 0, 0],
            cursor: { y: false, drag: { x: false }, points: no, sync: { key: "" } },
            scales: { y: { range: (u, least, most) => [0, +figure.dataset.top || 2 ** Math.ceil(Math.log2(most + 1024))] } },
            axes: [{ ...axis, size: 28, values: (u, splits) => splits.map((at) => new Date(at * 1000).toLocaleTimeString([], { timeStyle: "short" })) },
                   { ...axis, size: 72, splits: (u, i, least, most) => [0, 1, 2, 3, 4].map((part) => part * most / 4), values: (u, splits) => splits.map(text) }],
            hooks: { setCursor: [read] },
        }, data(), frame);
        new ResizeObserver(() => plot.setSize(size())).observe(frame);
        return { plot, data };
    };

    const take = (news) => {
        const before = told.begin;
        told = news;
        for (const id in { ...courses, ...told.figures }) {
            const figure = told.figures[id]; // none: it is not known yet
            const course = courses[id] ??= { mean: [], low: [], high: [] };
            for (const kind in course) {
                const old = course[kind];
                course[kind] = Array.from({ length: told.steps }, (_, i) => (timeOf(i) < told.from
                    ? old[(timeOf(i) - before) / told.step_s] : figure?.[kind][(timeOf(i) - told.from) / told.step_s]) ?? null);
            }
            for (const cell of all(`[data-metric="${id}"] [data-of]`)) {
                const value = figure?.[cell.dataset.of] ?? null;
                setText(cell, value === null ? "–" : texts[figure.unit](value));
            }
        }
        charts.forEach(({ plot, data }) => plot.setData(data()));
        charts.push(...all("figure:not([data-own])").map(draw));
        if (Object.keys(told.figures).some((id) => !one(`[data-metric="${id}"]`))) {
            refresh(false); // there is more to tell now: the next answer finds a place for it
        }
    };

    // While somebody looks. What goes wrong the stream tells.
    const ask = async () => {
        clearTimeout(timer);
        if (document.hidden || !place.isConnected) { // its VM is gone
            return;
        }
        const answer = fetch(`${place.dataset.metrics}?window=${place.dataset.window}&since=${told.next ?? 0}`);
        const news = await answer.then((given) => given.ok && given.json()).catch(() => false);
        clearTimeout(timer); // of another one that was under way
        timer = setTimeout(ask, place.dataset.ask * 1000);
        if (news) {
            take(news);
        }
    };
    document.addEventListener("visibilitychange", ask);
    ask();

    const redraw = () => charts.forEach(({ plot }) => plot.redraw(false, true));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    new MutationObserver(redraw).observe(root, { attributeFilter: ["data-theme"] });
}
