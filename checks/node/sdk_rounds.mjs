// One round per area with Make's own SDK, unmodified, against the practice account:
//
//     node sdk_rounds.mjs HOST:PORT TOKEN
//
// Each area lists, creates, reads, changes and deletes what it can, and checks what it sees. A line per area; the exit
// status is 1 when one of them fails.
import assert from 'node:assert/strict';
import { Make } from '@makehq/sdk';

const [zone, token] = process.argv.slice(2);
const make = new Make(token, zone);
make.protocol = 'http';

const organizations = await make.organizations.list();
const organization = organizations.find(({ name }) => name === 'Northwind Studio') ?? organizations[0];
const team = (await make.teams.list(organization.id)).find(({ name }) => name !== 'Marketing').id;

/** The call fails, and with this status. */
async function refused(call, status, says = /./) {
    await assert.rejects(call, error => {
        assert.equal(error.statusCode, status, `${error.statusCode} ${error.message}`);
        assert.match(error.message, says);
        return true;
    });
}

const ids = rows => rows.map(({ id }) => id);

const areas = {
    async users() {
        const me = await make.users.me();
        assert.equal(typeof me.id, 'number');
        const { authUsed, scope } = await make.users.currentAuthorization();
        assert.equal(authUsed, 'token');
        assert.ok(scope.includes('scenarios:run'));
    },

    async organizations() {
        const created = await make.organizations.create({ name: 'SDK round', regionId: 1, timezoneId: 113, countryId: 202 });
        assert.equal((await make.organizations.get(created.id)).name, 'SDK round');
        assert.equal((await make.organizations.update(created.id, { name: 'SDK round two' })).name, 'SDK round two');
        assert.ok(ids(await make.organizations.list({ cols: ['*'] })).includes(created.id));
        await make.organizations.delete(created.id);
        await refused(make.organizations.get(created.id), 403);
    },

    async teams() {
        const created = await make.teams.create({ name: 'SDK round', organizationId: organization.id });
        assert.equal(created.organizationId, organization.id);
        assert.equal((await make.teams.get(created.id, { cols: ['*'] })).name, 'SDK round');
        assert.ok(ids(await make.teams.list(organization.id)).includes(created.id));
        await make.teams.delete(created.id);
        await refused(make.teams.get(created.id), 403);
    },

    async folders() {
        const parent = await make.folders.create({ name: 'SDK round', teamId: team });
        const child = await make.folders.create({ name: 'Below', teamId: team, parentId: parent.id });
        assert.ok(ids(await make.folders.list(team)).includes(parent.id));
        assert.deepEqual(ids(await make.folders.list(team, { parentId: parent.id })), [child.id]);
        const all = await make.folders.list(team, { childrenDepth: 'all', cols: ['id', 'parentId', 'children', 'hasChildren'] });
        assert.equal(all.find(({ id }) => id === parent.id).hasChildren, true);
        assert.equal((await make.folders.update(child.id, { name: 'Beside', parentId: null })).name, 'Beside');
        await make.folders.delete(child.id);
        await make.folders.delete(parent.id);
        assert.ok(!ids(await make.folders.list(team)).includes(parent.id));
    },

    async scenarios() {
        const created = await make.scenarios.create(
            { teamId: team, scheduling: { type: 'on-demand' }, blueprint: { name: 'SDK round', flow: [], metadata: {} } },
            { cols: ['*'] },
        );
        assert.equal(created.isActive, false);
        assert.ok(ids(await make.scenarios.list(team, { pg: { sortBy: 'id', sortDir: 'desc', limit: 1 } })).includes(created.id));
        assert.ok(ids(await make.scenarios.listInOrganization(organization.id)).includes(created.id));
        assert.equal((await make.scenarios.update(created.id, { name: 'SDK round two' })).name, 'SDK round two');
        const input = [{ name: 'city', type: 'text', required: true, default: null, multiline: false }];
        const changed = await make.scenarios.setInterface(created.id, { interface: { input, output: [] } });
        assert.equal(changed.input[0].name, 'city');
        assert.deepEqual((await make.scenarios.getInterface(created.id)).input, changed.input);
        assert.equal(await make.scenarios.activate(created.id), true);
        await refused(make.scenarios.run(created.id, {}), 400, /city/);
        assert.equal(await make.scenarios.deactivate(created.id), true);
        await refused(make.scenarios.run(created.id, { city: 'Prague' }), 422, /not activated/);
        await make.scenarios.delete(created.id);
        await refused(make.scenarios.get(created.id), 403);
    },

    async blueprints() {
        const flow = [{ id: 1, module: 'util:SetVariable2', version: 1, mapper: { name: 'a', value: '1' } }];
        const { id } = await make.scenarios.create({
            teamId: team,
            scheduling: { type: 'on-demand' },
            blueprint: { name: 'SDK blueprint', flow, metadata: {}, interface: { input: [{ name: 'a', type: 'text' }], output: [] } },
        });
        const blueprint = await make.blueprints.get(id);
        assert.equal(blueprint.flow[0].module, 'util:SetVariable2');
        assert.equal(blueprint.scheduling.type, 'on-demand');
        assert.equal(blueprint.interface.input[0].name, 'a');
        await make.scenarios.update(id, { blueprint: { ...blueprint, name: 'SDK blueprint two' } });
        assert.equal((await make.blueprints.versions(id)).length, 2);
        await make.scenarios.delete(id);
    },

    async executions() {
        const flow = [
            { id: 1, module: 'scenario-service:StartSubscenario', version: 2, mapper: {}, metadata: {} },
            { id: 2, module: 'scenario-service:ReturnData', version: 2, mapper: { greeting: 'Hello, {{var.input.name}}!' }, metadata: {} },
        ];
        const { id } = await make.scenarios.create({
            teamId: team,
            scheduling: { type: 'on-demand' },
            blueprint: {
                name: 'SDK run',
                flow,
                metadata: {},
                interface: { input: [{ name: 'name', type: 'text', required: true }], output: [{ name: 'greeting', type: 'text' }] },
            },
        });
        await make.scenarios.activate(id);
        const run = await make.scenarios.run(id, { name: 'John Doe' }, { responsive: true });
        assert.equal(run.status, 1);
        assert.deepEqual(run.outputs, { greeting: 'Hello, John Doe!' });
        const detail = await make.executions.getDetail(id, run.executionId);
        assert.equal(detail.status, 'SUCCESS');
        assert.deepEqual(detail.outputs, run.outputs);
        await refused(make.executions.getDetail(id, run.executionId, { maxBytes: 5 }), 413);
        assert.ok(ids(await make.executions.list(id, { pg: { limit: 5 } })).includes(run.executionId));
        assert.equal((await make.executions.get(id, run.executionId)).id, run.executionId);
        await make.scenarios.delete(id);
    },

    async incompleteExecutions() {
        const flow = [{ id: 1, module: 'http:ActionSendData', version: 3, mapper: { url: 'https://nowhere.invalid/', method: 'get' } }];
        const { id } = await make.scenarios.create({
            teamId: team,
            scheduling: { type: 'on-demand' },
            blueprint: { name: 'SDK failure', flow, metadata: { scenario: { dlq: true } } },
        });
        await make.scenarios.activate(id);
        assert.equal((await make.scenarios.run(id, {})).status, 3);
        const [first] = await make.incompleteExecutions.list(id);
        assert.match(first.reason, /ENOTFOUND/);
        assert.equal((await make.incompleteExecutions.get(first.id)).resolved, false);
        assert.equal(typeof (await make.incompleteExecutions.bundle(first.id)), 'object');
        await make.incompleteExecutions.retry(first.id);
        assert.equal((await make.incompleteExecutions.get(first.id)).attempts, 1);
        const mended = { name: 'SDK failure', flow: [{ ...flow[0], mapper: { url: 'https://api.example.com/' } }], metadata: {} };
        await make.incompleteExecutions.update(first.id, { blueprint: mended });
        await make.incompleteExecutions.retryMultiple(id, { ids: [first.id] });
        assert.equal((await make.incompleteExecutions.get(first.id)).resolved, true);
        assert.equal((await make.executions.listForIncompleteExecution(first.id)).length, 2);
        await make.scenarios.delete(id);
    },

    async connections() {
        const created = await make.connections.create({
            name: 'SDK round',
            accountName: 'make',
            teamId: team,
            data: { apiKey: token, url: `https://${zone}` },
        });
        assert.equal(created.name, 'SDK round');
        assert.equal(created.accountName, 'make');
        assert.equal((await make.connections.get(created.id, { cols: ['id', 'teamId'] })).teamId, team);
        assert.ok(ids(await make.connections.list(team, { type: ['make'] })).includes(created.id));
        assert.equal((await make.connections.rename(created.id, 'SDK round two')).name, 'SDK round two');
        assert.equal(await make.connections.verify(created.id), true);
        assert.ok((await make.connections.listEditableParameters(created.id)).includes('apiKey'));
        assert.equal(await make.connections.update(created.id, { data: { apiKey: 'another-key' } }), true);
        await refused(make.connections.verify(created.id), 424, /Access denied: Invalid token header\./);
        assert.equal(typeof (await make.connections.scoped(created.id, ['read'])), 'boolean');
        await make.connections.delete(created.id);
        await refused(make.connections.get(created.id), 403);
    },

    async dataStructures() {
        const spec = [{ type: 'text', name: 'name', label: 'Name', required: true }];
        const created = await make.dataStructures.create({ name: 'SDK round', teamId: team, spec, strict: true });
        assert.equal(created.spec.length, 1);
        assert.ok(ids(await make.dataStructures.list(team)).includes(created.id));
        const wider = [...spec, { type: 'number', name: 'age', label: 'Age', required: false }];
        assert.equal((await make.dataStructures.update(created.id, { name: 'SDK round two', spec: wider })).spec.length, 2);
        const copy = await make.dataStructures.clone(created.id, { name: 'SDK copy', targetTeamId: team });
        assert.equal((await make.dataStructures.get(copy.id)).name, 'SDK copy');
        await make.dataStructures.delete(copy.id);
        await make.dataStructures.delete(created.id);
        await refused(make.dataStructures.get(created.id), 403);
    },

    async dataStores() {
        const spec = [
            { type: 'text', name: 'name', required: true },
            { type: 'number', name: 'age', required: false },
        ];
        const structure = await make.dataStructures.create({ name: 'SDK records', teamId: team, spec, strict: true });
        const store = await make.dataStores.create({ name: 'SDK round', teamId: team, datastructureId: structure.id, maxSizeMB: 1 });
        assert.ok(ids(await make.dataStores.list(team, { pg: { sortBy: 'name' } })).includes(store.id));
        assert.equal((await make.dataStores.update(store.id, { name: 'SDK round two' })).name, 'SDK round two');
        const first = await make.dataStores.records.create(store.id, { name: 'Ann', age: 30 });
        assert.equal(typeof first.key, 'string');
        await make.dataStores.records.create(store.id, 'bo', { name: 'Bo' });
        await refused(make.dataStores.records.create(store.id, { age: 5 }), 400);
        assert.equal((await make.dataStores.get(store.id)).records, 2);
        assert.deepEqual((await make.dataStores.records.update(store.id, first.key, { age: 31 })).data, { name: 'Ann', age: 31 });
        assert.deepEqual((await make.dataStores.records.replace(store.id, 'bo', { name: 'Bob' })).data, { name: 'Bob' });
        assert.equal((await make.dataStores.records.list(store.id, { pg: { limit: 1, offset: 1 } })).length, 1);
        await make.dataStores.records.delete(store.id, [first.key, 'bo']);
        assert.deepEqual(await make.dataStores.records.list(store.id), []);
        await make.dataStores.delete(store.id);
        await refused(make.dataStores.get(store.id), 403);
        await make.dataStructures.delete(structure.id);
    },

    async hooks() {
        const data = { headers: false, method: false, stringify: false };
        const hook = await make.hooks.create({ name: 'SDK round', teamId: team, typeName: 'gateway-webhook', data });
        assert.equal(hook.type, 'web');
        assert.ok(ids(await make.hooks.list(team, { typeName: 'gateway-webhook', assigned: false })).includes(hook.id));
        assert.equal((await make.hooks.rename(hook.id, 'SDK round two')).name, 'SDK round two');
        assert.equal(await make.hooks.update(hook.id, { data: { headers: true, method: true, stringify: true } }), true);
        assert.equal((await make.hooks.get(hook.id)).data.stringify, true);
        await make.hooks.learnStart(hook.id);
        assert.equal((await make.hooks.ping(hook.id)).learning, true);
        await make.hooks.learnStop(hook.id);
        assert.equal((await make.hooks.ping(hook.id)).learning, false);
        await make.hooks.disable(hook.id);
        assert.equal((await make.hooks.get(hook.id)).enabled, false);
        assert.equal((await fetch(hook.url, { method: 'POST', body: '{"a":1}' })).ok, false);
        await make.hooks.enable(hook.id);
        assert.equal((await fetch(hook.url, { method: 'POST', body: '{"a":1}' })).status, 200);
        await make.hooks.delete(hook.id);
        await refused(make.hooks.get(hook.id), 403);
    },

    async keys() {
        assert.ok((await make.keys.types()).some(({ name }) => name === 'basicauth'));
        const parameters = { authUser: 'user', authPass: 'word' };
        const key = await make.keys.create({ name: 'SDK round', teamId: team, typeName: 'basicauth', parameters });
        assert.ok(!JSON.stringify(key).includes('word'), 'a secret does not come back');
        assert.equal((await make.keys.get(key.id, { cols: ['id', 'typeName', 'teamId'] })).teamId, team);
        assert.deepEqual(Object.keys((await make.keys.list(team, { typeName: 'basicauth', cols: ['id', 'name'] }))[0]), ['id', 'name']);
        assert.equal((await make.keys.update(key.id, { name: 'SDK round two' })).name, 'SDK round two');
        await make.keys.delete(key.id);
        await refused(make.keys.get(key.id), 403);
    },

    async functions() {
        const code = 'function twice(x) { return x * 2; }';
        const made = await make.functions.create(team, { name: 'twice', description: 'Doubles', code });
        assert.equal(made.args, '(x)');
        assert.ok(ids(await make.functions.list(team)).includes(made.id));
        const better = 'function twice(x) { return x + x; }';
        assert.equal((await make.functions.update(made.id, { description: 'Doubles', code: better })).code, better);
        assert.equal((await make.functions.get(made.id)).code, better);
        assert.deepEqual(await make.functions.check(team, better), { success: true, error: null });
        assert.equal((await make.functions.check(team, 'function twice(x) { return x')).success, false);
        assert.equal((await make.functions.history(team, made.id)).length, 1);
        await make.functions.delete(made.id);
        await refused(make.functions.get(made.id), 403);
    },

    async publicTemplates() {
        const templates = await make.publicTemplates.list();
        assert.ok(templates.length > 0);
        assert.ok((await make.publicTemplates.list({ name: 'http' })).length > 0);
        assert.ok((await make.publicTemplates.list({ usedApps: ['http'] })).length > 0);
        assert.equal((await make.publicTemplates.get(templates[0].url)).id, templates[0].id);
        assert.ok(Array.isArray((await make.publicTemplates.getBlueprint(templates[0].url)).blueprint.flow));
    },

    async enums() {
        assert.ok((await make.enums.countries()).every(({ code2 }) => code2.length === 2));
        assert.ok((await make.enums.regions()).length > 1);
        assert.ok((await make.enums.timezones()).every(({ offset }) => /^[+-]\d{4}$/.test(offset)));
    },

    async errors() {
        const stranger = new Make('00000000-0000-4000-8000-000000000000', zone);
        stranger.protocol = 'http';
        await refused(stranger.users.me(), 401);
        await refused(make.teams.get(999999999), 403, /Access denied/);
        await refused(make.fetch('/no-such-path'), 404);
        await refused(make.fetch('/scenarios'), 400);
    },
};

let failed = 0;
for (const [area, round] of Object.entries(areas)) {
    const begin = performance.now();
    try {
        await round();
        console.log(`ok ${area} (${Math.round(performance.now() - begin)} ms)`);
    } catch (error) {
        failed += 1;
        console.log(`FAILED ${area}: ${error.stack}`);
    }
}
console.log(`${Object.keys(areas).length - failed} areas passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
