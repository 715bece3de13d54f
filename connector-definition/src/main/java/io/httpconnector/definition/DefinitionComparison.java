package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.auth.definition.InputField;
import io.httpconnector.definition.DefinitionChange.ChangeKind;
import io.httpconnector.definition.DefinitionChange.Impact;
import io.httpconnector.template.PillInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** Compares two versions of a connector document. Not thread-safe. */
final class DefinitionComparison {

    /** The members of an OAuth 2 strategy to which tokens belong. */
    private static final Set<String> AUTHORIZATION =
            Set.of("type", "authorizationUrl", "tokenUrl", "issuer", "clientId", "discoveryUrl", "grant");

    private static final String FIRST_POLL =
            "the state is reset except for dead letters: the next poll is a first poll, by the start position";

    private static final Set<String> RECORD_VERSION = Set.of("version", "wholeRecordAsVersion");
    private static final Set<String> KEY = Set.of("key", "wholeRecordAsKey");
    private static final Set<String> QUERY = Set.of("request", "records", "parents", "pills");

    static final Set<String> DESCRIPTION = Set.of("title", "responses");

    private final ConnectorDefinition older;
    private final ConnectorDefinition newer;
    private final JsonNode before;
    private final JsonNode after;
    private final List<DefinitionChange> changes = new ArrayList<>();

    DefinitionComparison(ConnectorDefinition older, ConnectorDefinition newer) {
        this.older = older;
        this.newer = newer;
        this.before = older.toJson();
        this.after = newer.toJson();
    }

    /** Returns the changes, the most severe ones first. */
    List<DefinitionChange> compare() {
        compareMembers("/connection", this::connection);
        compareStrategies();
        compareRequests();
        compareTriggers();
        new WebhookComparison(this, older, newer, before, after).compare();
        changes.sort(
                Comparator.comparing(DefinitionChange::impact).reversed().thenComparing(DefinitionChange::pointer));
        return List.copyOf(changes);
    }

    void add(ChangeKind kind, Impact impact, String pointer, String consequence, String... strategies) {
        changes.add(new DefinitionChange(kind, impact, pointer, consequence, Set.of(strategies)));
    }

    private static String pointer(String parent, String member) {
        return parent + "/" + member.replace("~", "~0").replace("/", "~1");
    }

    /** Visits the members of an object that differ, with their pointers. */
    void compareMembers(String parent, BiConsumer<String, String> changed) {
        JsonNode left = before.at(parent);
        JsonNode right = after.at(parent);
        Set<String> names = new TreeSet<>();
        left.fieldNames().forEachRemaining(names::add);
        right.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            if (!left.path(name).equals(right.path(name))) {
                changed.accept(name, pointer(parent, name));
            }
        }
    }

    private void connection(String member, String pointer) {
        if (member.equals("baseUrl")) {
            add(
                    ChangeKind.BASE_URL,
                    Impact.STATE,
                    pointer,
                    "requests go to another URL: records that it does not know count as deleted, and unknown ones as new");
        } else {
            add(ChangeKind.CONNECTION, Impact.NONE, pointer, "applies to the next requests");
        }
    }

    private void compareStrategies() {
        compareMembers("/auth", (strategy, pointer) -> {
            if (!older.strategies().contains(strategy)) {
                add(ChangeKind.ADDED_STRATEGY, Impact.NONE, pointer, "customers may choose it", strategy);
            } else if (!newer.strategies().contains(strategy)) {
                add(
                        ChangeKind.REMOVED_STRATEGY,
                        Impact.CUSTOMER,
                        pointer,
                        "its customers must choose another way to authenticate: one of " + newer.strategies(),
                        strategy);
            } else {
                compareMembers(pointer, (member, place) -> strategy(strategy, member, place));
            }
        });
        for (String strategy : newer.strategies()) {
            if (older.strategies().contains(strategy)) {
                compareInputs(strategy);
            }
        }
    }

    private void strategy(String strategy, String member, String pointer) {
        if (member.equals("scopes")) {
            Set<String> added = texts(after.at(pointer));
            added.removeAll(texts(before.at(pointer)));
            boolean isMore = !added.isEmpty();
            add(
                    ChangeKind.SCOPES,
                    isMore ? Impact.CUSTOMER : Impact.NONE,
                    pointer,
                    isMore
                            ? "customers must authorize the connection again, for the scopes " + added
                            : "tokens keep their scopes until customers authorize the connection again",
                    strategy);
        } else if (AUTHORIZATION.contains(member)) {
            add(
                    ChangeKind.AUTHORIZATION,
                    Impact.CUSTOMER,
                    pointer,
                    "the stored tokens belong to the former authorization server, client or type: customers must"
                            + " authorize the connection again",
                    strategy);
        } else if (!member.equals("fields")) {
            add(ChangeKind.STRATEGY, Impact.NONE, pointer, "applies to the next requests", strategy);
        }
    }

    private static Set<String> texts(JsonNode list) {
        Set<String> texts = new LinkedHashSet<>();
        if (list.isTextual()) {
            texts.addAll(List.of(list.textValue().split(" ", -1)));
        }
        list.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private void compareInputs(String strategy) {
        Map<String, InputField> known = fields(older, strategy);
        Map<String, InputField> wanted = fields(newer, strategy);
        wanted.forEach((name, field) -> {
            InputField former = known.get(name);
            boolean isRequired = !field.isOptional() && field.defaultValue().isEmpty();
            String place = place(after, strategy, name);
            if (former == null) {
                add(
                        isRequired ? ChangeKind.REQUIRED_INPUT : ChangeKind.INPUT,
                        isRequired ? Impact.CUSTOMER : Impact.NONE,
                        place,
                        isRequired
                                ? "customers must enter " + (field.isSecret() ? "the secret \"" : "\"") + name + "\""
                                : "\"" + name + "\" is optional",
                        strategy);
            } else if (former.isSecret() != field.isSecret()) {
                add(
                        ChangeKind.REQUIRED_INPUT,
                        Impact.CUSTOMER,
                        place,
                        field.isSecret()
                                ? "\"" + name + "\" is a secret now: it must be in the source of secrets"
                                : "\"" + name + "\" is not a secret any more: customers must enter it",
                        strategy);
            } else if (isRequired
                    && (former.isOptional() || former.defaultValue().isPresent())) {
                add(
                        ChangeKind.REQUIRED_INPUT,
                        Impact.CUSTOMER,
                        place,
                        "customers who have not entered \"" + name + "\" must enter it",
                        strategy);
            } else if (!input(before, strategy, name).equals(input(after, strategy, name))) {
                add(ChangeKind.INPUT, Impact.NONE, place, "the value of \"" + name + "\" is checked again", strategy);
            }
        });
        known.keySet().stream()
                .filter(name -> !wanted.containsKey(name))
                .forEach(name -> add(
                        ChangeKind.REMOVED_INPUT,
                        Impact.NONE,
                        place(before, strategy, name),
                        "the value of \"" + name + "\" is not used any more",
                        strategy));
    }

    private static Map<String, InputField> fields(ConnectorDefinition definition, String strategy) {
        Map<String, InputField> fields = new LinkedHashMap<>();
        definition.inputs(strategy).forEach(field -> fields.put(field.name(), field));
        return fields;
    }

    /** Returns the pointer of an input, which is one of the strategy or of all of them. */
    private static String place(JsonNode document, String strategy, String name) {
        for (String list : List.of("/inputs", pointer("/auth", strategy) + "/fields")) {
            JsonNode inputs = document.at(list);
            for (int i = 0; i < inputs.size(); i++) {
                if (inputs.get(i).path("name").asText().equals(name)) {
                    return list + "/" + i;
                }
            }
        }
        return pointer("/auth", strategy);
    }

    private static JsonNode input(JsonNode document, String strategy, String name) {
        return document.at(place(document, strategy, name));
    }

    private void compareRequests() {
        compareMembers("/requests", (request, pointer) -> {
            if (!older.requests().contains(request)) {
                add(ChangeKind.ADDED_REQUEST, Impact.NONE, pointer, "it can be sent");
            } else if (!newer.requests().contains(request)) {
                add(
                        ChangeKind.REMOVED_REQUEST,
                        Impact.APPLICATION,
                        pointer,
                        "code that sends \"" + request + "\" fails");
            } else {
                Set<String> added = new TreeSet<>(pills(newer, request));
                added.removeAll(pills(older, request));
                if (!added.isEmpty()) {
                    add(
                            ChangeKind.REQUEST_VALUES,
                            Impact.APPLICATION,
                            pointer,
                            "code that sends it must supply the values " + added);
                }
                compareMembers(pointer, (member, place) -> {
                    if (!DESCRIPTION.contains(member)) {
                        add(ChangeKind.REQUEST, Impact.NONE, place, "applies when it is sent next");
                    }
                });
            }
        });
    }

    /** Returns the names of the values that a request requires, besides inputs. */
    private static Set<String> pills(ConnectorDefinition definition, String request) {
        DefinedRequest defined = definition.parts.requests().get(request);
        Set<String> names = new TreeSet<>();
        if (defined != null) {
            defined.template().pills().stream()
                    .filter(PillInfo::required)
                    .map(PillInfo::path)
                    .filter(path -> !path.startsWith(InputText.STEP + "."))
                    .forEach(names::add);
        }
        return names;
    }

    private void compareTriggers() {
        compareMembers("/triggers", (trigger, pointer) -> {
            if (!older.triggers().contains(trigger)) {
                add(
                        ChangeKind.ADDED_TRIGGER,
                        Impact.NONE,
                        pointer,
                        newer.streams().contains(trigger)
                                ? "it receives its stream if the application has a handler for it"
                                : "it polls if the application has a handler for it");
            } else if (!newer.triggers().contains(trigger)) {
                add(
                        ChangeKind.REMOVED_TRIGGER,
                        Impact.APPLICATION,
                        pointer,
                        older.streams().contains(trigger)
                                ? "its stream ends; its position is kept until the instance is removed"
                                : "it polls no more; its state is kept until the instance is removed");
            } else if (older.streams().contains(trigger) || newer.streams().contains(trigger)) {
                new StreamComparison(this, before, after).compare(pointer);
            } else {
                boolean keepsPosition = !before.at(pointer).path("cursor").isMissingNode()
                        && before.at(pointer)
                                .path("cursor")
                                .equals(after.at(pointer).path("cursor"));
                compareMembers(pointer, (member, place) -> trigger(member, place, keepsPosition));
            }
        });
    }

    private void trigger(String member, String pointer, boolean keepsPosition) {
        if (KEY.contains(member) || RECORD_VERSION.contains(member)) {
            add(
                    KEY.contains(member) ? ChangeKind.KEY : ChangeKind.RECORD_VERSION,
                    Impact.STATE,
                    pointer,
                    keepsPosition
                            ? "the known records are forgotten, but not the position: the most recent records are"
                                    + " delivered again"
                            : FIRST_POLL);
        } else if (member.equals("cursor")) {
            add(ChangeKind.CURSOR, Impact.STATE, pointer, FIRST_POLL);
        } else if (QUERY.contains(member)) {
            add(
                    ChangeKind.QUERY,
                    Impact.STATE,
                    pointer,
                    "records that the former query did not contain become events; with a cursor only those after its"
                            + " position");
        } else if (member.equals("detectDeletions")) {
            add(
                    ChangeKind.TRIGGER,
                    Impact.STATE,
                    pointer,
                    "deleted records are detected by the new setting from now on");
        } else if (member.equals("hybrid")) {
            hybrid(pointer);
        } else if (!DESCRIPTION.contains(member)) {
            add(ChangeKind.TRIGGER, Impact.NONE, pointer, "applies to the next poll");
        }
    }

    private void hybrid(String pointer) {
        if (before.at(pointer).isMissingNode()) {
            String webhook = after.at(pointer).path("webhook").asText();
            add(
                    ChangeKind.TRIGGER,
                    Impact.APPLICATION,
                    pointer,
                    older.webhooks().contains(webhook)
                            ? "its handler also receives the events of the webhook \"" + webhook
                                    + "\": remove the handler of the webhook"
                            : "it also needs the URL of the webhook \"" + webhook
                                    + "\": set a router before the upgrade");
        } else if (after.at(pointer).isMissingNode()) {
            String webhook = before.at(pointer).path("webhook").asText();
            add(
                    ChangeKind.TRIGGER,
                    Impact.APPLICATION,
                    pointer,
                    newer.webhooks().contains(webhook)
                            ? "it only polls: the webhook \"" + webhook + "\" needs a handler of its own"
                            : "it only polls: events arrive with the next poll");
        } else {
            compareMembers(pointer, (member, place) -> {
                boolean isOther = member.equals("webhook");
                add(
                        ChangeKind.TRIGGER,
                        isOther ? Impact.APPLICATION : Impact.NONE,
                        place,
                        isOther
                                ? "its handler receives the events of another webhook"
                                : "applies to the next events of the webhook");
            });
        }
    }
}
