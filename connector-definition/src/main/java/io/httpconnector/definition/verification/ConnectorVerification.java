package io.httpconnector.definition.verification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectionTestResult;
import io.httpconnector.Secret;
import io.httpconnector.definition.Connector;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorContext;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.verification.CheckResult.CheckStatus;
import io.httpconnector.internal.Arguments;
import io.httpconnector.polling.StartPosition;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.WebhookRouter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Checks a connector document against the live service: the connection, the schemas of responses, the pages of lists, the keys, cursors and repeated
 * polls of triggers, and the signatures of webhooks. The state of triggers is in memory only, and no event is handled. Not thread-safe.
 *
 * <pre>{@code
 * ConnectorVerification.of(shop, ConnectorContext.forTenant("acme").secrets(vault))
 *         .maxPages(3)
 *         .run()
 *         .forEach(System.out::println);
 * }</pre>
 */
public final class ConnectorVerification {

    private static final int DEFAULT_PAGES = 3;

    /** A poll may read a page several times. */
    private static final int POLL_PAGES = 10;

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private final ConnectorDefinition definition;
    private final ConnectorContext.Builder context;
    private final List<CheckResult> results = new ArrayList<>();
    private Function<String, @Nullable Secret> secrets = name -> null;
    private int maxPages = DEFAULT_PAGES;
    private boolean isUnsafe;

    private ConnectorVerification(ConnectorDefinition definition, ConnectorContext.Builder context) {
        this.definition = definition;
        this.context = context;
    }

    /**
     * Creates a verification.
     *
     * @param definition the document, whose parts that are code the context supplies
     * @param context the customer with values and secrets; its state store and webhook router are replaced
     * @return the verification
     */
    public static ConnectorVerification of(ConnectorDefinition definition, ConnectorContext.Builder context) {
        return new ConnectorVerification(
                Arguments.notNull(definition, "definition"), Arguments.notNull(context, "context of a connector"));
    }

    /**
     * Limits the pages that are read of a list. Default: 3.
     *
     * @param pages the number, at least 2
     * @return this verification
     */
    public ConnectorVerification maxPages(int pages) {
        this.maxPages = Math.max(2, pages);
        return this;
    }

    /**
     * Sets the secrets of the webhooks, with which requests are signed like those of the service. Without them, webhooks are
     * skipped.
     *
     * @param source returns a secret by its name in the document; null if there is none
     * @return this verification
     */
    public ConnectorVerification secrets(Function<String, @Nullable Secret> source) {
        this.secrets = Arguments.notNull(source, "source of secrets");
        return this;
    }

    /**
     * Also sends requests with methods that may change data, such as a search by POST. Default: only GET, HEAD and OPTIONS.
     *
     * @return this verification
     */
    public ConnectorVerification unsafe() {
        this.isUnsafe = true;
        return this;
    }

    /**
     * Checks the connection, and all lists and webhooks of the document.
     *
     * @return the results, in the order of the document
     */
    public List<CheckResult> run() {
        Set<String> all = new TreeSet<>(definition.requests());
        all.addAll(definition.triggers());
        all.addAll(definition.webhooks());
        return run(all);
    }

    /**
     * Checks the connection, and some requests, triggers and webhooks.
     *
     * @param names their names
     * @return the results, in the order of the document
     * @throws io.httpconnector.InvalidDefinitionException if a value is missing or invalid
     */
    public List<CheckResult> run(Collection<String> names) {
        results.clear();
        ObjectNode json = definition.toJson();
        Map<String, ListChecks.Copies> copies = new HashMap<>();
        ObjectNode changed = changed(json, copies);
        ExchangeCounter exchanges = new ExchangeCounter();
        try (StateStore store = StateStore.inMemory();
                Connector connector = ConnectorDefinition.of(changed, ConnectorComponents.none())
                        .connect(context.state(store)
                                .webhooks(WebhookRouter.at("https://localhost"))
                                .connection(builder -> builder.listener(exchanges))
                                .triggers(builder -> builder.startPosition(StartPosition.everything()))
                                .build())) {
            if (!connection(connector)) {
                return List.copyOf(results);
            }
            ListChecks lists = new ListChecks(connector, exchanges, maxPages, results);
            ResponseChecks responses = new ResponseChecks(connector, results);
            json.path("requests").properties().forEach(request -> {
                String schema = "request " + request.getKey() + ": response";
                if (names.contains(request.getKey())
                        && request.getValue().has("responses")
                        && isPermitted(schema, request.getValue())) {
                    responses.check(schema, request.getKey());
                }
                if (names.contains(request.getKey())
                        && connector.request(request.getKey()).isList()) {
                    String name = "request " + request.getKey();
                    if (isPermitted(name, request.getValue())) {
                        lists.request(name, request.getKey(), request.getValue());
                    }
                }
            });
            json.path("triggers").properties().forEach(trigger -> {
                String name = "trigger " + trigger.getKey();
                if (trigger.getValue().has("stream")) {
                    if (names.contains(trigger.getKey())) {
                        results.add(new CheckResult(
                                name,
                                CheckStatus.SKIPPED,
                                "it receives a stream, which has no end: start it to check it"));
                    }
                    return;
                }
                if (names.contains(trigger.getKey())
                        && isPermitted(name, trigger.getValue().path("request"))) {
                    lists.trigger(
                            name,
                            trigger.getKey(),
                            Objects.requireNonNull(copies.get(trigger.getKey())),
                            changed.path("triggers").path(trigger.getKey()));
                }
            });
            WebhookChecks webhooks = new WebhookChecks(connector, secrets, results);
            json.path("webhooks").properties().forEach(webhook -> {
                if (names.contains(webhook.getKey())) {
                    webhooks.check("webhook " + webhook.getKey(), webhook.getKey(), webhook.getValue());
                }
            });
        }
        return List.copyOf(results);
    }

    /**
     * Returns the document with a limit for the pages of each trigger, a request for its records, and a trigger that reads one
     * page.
     *
     * @param copies receives the names of these requests and triggers by that of the trigger
     */
    private ObjectNode changed(ObjectNode json, Map<String, ListChecks.Copies> copies) {
        ObjectNode changed = json.deepCopy();
        ObjectNode requests = changed.withObject("/requests");
        json.path("triggers").properties().forEach(trigger -> {
            String name = trigger.getKey();
            if (trigger.getValue().has("stream")) {
                return;
            }
            ObjectNode members = (ObjectNode) changed.path("triggers").path(name);
            // Polls and webhook are checked separately.
            members.remove("hybrid");
            String reader = name;
            if (members.path("request") instanceof ObjectNode request) {
                reader = unused(requests, "records-" + copies.size());
                ObjectNode list = requests.putObject(reader).setAll(request.deepCopy());
                list.set("records", members.path("records").isObject() ? members.get("records") : list.objectNode());
                if (members.has("pagination")) {
                    list.set("pagination", members.get("pagination").deepCopy());
                }
            }
            ObjectNode triggers = changed.withObject("/triggers");
            String shorter = unused(triggers, "cursor-" + copies.size());
            triggers.set(shorter, limited(members, 1));
            triggers.set(name, limited(members, maxPages * POLL_PAGES));
            copies.put(name, new ListChecks.Copies(reader, shorter));
        });
        return changed;
    }

    private static String unused(ObjectNode known, String name) {
        String unused = name;
        while (known.has(unused)) {
            unused += "0";
        }
        return unused;
    }

    private static ObjectNode limited(ObjectNode trigger, int pages) {
        ObjectNode limited = trigger.deepCopy();
        if (limited.path("pagination") instanceof ObjectNode pagination && !pagination.isEmpty()) {
            pagination.put("maxPages", pages);
        }
        return limited;
    }

    private boolean connection(Connector connector) {
        boolean hasTest = !definition.toJson().at("/connection/test").isMissingNode()
                || definition.toJson().path("auth").findValue("test") != null;
        if (!hasTest) {
            results.add(new CheckResult(
                    "connection",
                    CheckStatus.SKIPPED,
                    "the document has no test of the connection: add one as /connection/test"));
            return true;
        }
        ConnectionTestResult result = connector.connection().test();
        results.add(new CheckResult("connection", result.ok() ? CheckStatus.OK : CheckStatus.FAILED, result.message()));
        return result.ok();
    }

    private boolean isPermitted(String name, JsonNode request) {
        String method = request.path("method").asText("GET");
        if (isUnsafe || SAFE.contains(method)) {
            return true;
        }
        results.add(new CheckResult(
                name,
                CheckStatus.SKIPPED,
                "it sends " + method + ", which may change data: permit unsafe methods to check it"));
        return false;
    }
}
