package io.httpconnector.definition.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.httpconnector.auth.definition.AuthDefinition;
import io.httpconnector.definition.ConnectorComponents;
import io.httpconnector.definition.ConnectorDefinition;
import io.httpconnector.definition.model.MemberMeanings.Meaning;
import io.httpconnector.internal.json.MemberObserver.Arrangement;
import io.httpconnector.internal.json.MemberObserver.ValueType;
import io.httpconnector.webhook.subscription.WebhookSubscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Composes the model of a connector document: its reader reads some members as JSON and gives them to the readers of the other
 * kinds of documents, from whose models they are completed.
 */
final class ConnectorModel {

    /** Members whose value is any JSON. */
    private static final Set<String> FREE = Set.of(
            "definitions",
            "requests.responses.1xx",
            "requests.responses.2xx",
            "requests.responses.3xx",
            "requests.responses.4xx",
            "requests.responses.5xx");

    private final Map<String, ObjectModel> objects = new LinkedHashMap<>();
    private final String root;
    private final DocumentModel auth;
    private final DocumentModel template;
    private final DocumentModel trigger;
    private final DocumentModel receiver;

    private ConnectorModel(DocumentModel auth, DocumentModel template, DocumentModel trigger, DocumentModel receiver) {
        this.auth = auth;
        this.template = template;
        this.trigger = trigger;
        this.receiver = receiver;
        DocumentModel own = DocumentModel.of(
                json -> ConnectorDefinition.of(json, ConnectorComponents.none()),
                JsonNodeFactory.instance.objectNode().put("connector", 1));
        root = own.root();
        objects.putAll(own.objects());
    }

    /** Composes the model from those of the documents that it contains. */
    static DocumentModel of(DocumentModel auth, DocumentModel template, DocumentModel trigger, DocumentModel receiver) {
        return new ConnectorModel(auth, template, trigger, receiver).compose();
    }

    private DocumentModel compose() {
        require("connector");
        String request = object("requests");
        complete(request, trigger, Set.of("records", "pagination"));
        extend(request, template.object(template.root()), Set.of("name"));
        String polling = object("triggers");
        extend(polling, without(trigger.object(trigger.root()), "request"), Set.of());
        setValues(
                polling,
                "request",
                List.of(
                        ValueModel.of(ValueType.TEXT, Arrangement.SINGLE),
                        ValueModel.object(request, Arrangement.SINGLE)));
        complete(polling, template, Set.of("rules", "retry"));
        reuseRequests(value(trigger, "parents").object(), request);
        completeHybrid(value(model(polling), "hybrid").object(), request);
        // The request of a stream is that of its trigger.
        String stream = value(model(polling), "stream").object();
        objects.put(stream, without(model(stream), "request"));
        extend(object("webhooks"), receiver.object(receiver.root()), Set.of());
        completeSubscription(value(model(object("webhooks")), "subscription").object());
        String defaults = object("defaults");
        complete(defaults, trigger, names(trigger));
        complete(defaults, template, names(template));
        String component = root + ".component";
        objects.put(component, single(component, "component", ValueModel.of(ValueType.TEXT, Arrangement.SINGLE)));
        addValue(request, Set.of("records", "pagination"), component);
        addValue(polling, Set.of("records", "pagination", "cursor"), component);
        addValue(defaults, Set.of("records", "pagination", "cursor"), component);
        String connection = object("connection");
        complete(connection, auth, Set.of("baseUrl", "test"));
        complete(root, auth, Set.of("inputs"), Map.of("inputs", "fields"));
        String preset = root + ".preset";
        setValues(root, "auth", List.of(ValueModel.object(preset, Arrangement.SINGLE), value(auth, "strategies")));
        objects.put(preset, single(preset, "preset", ValueModel.choice(List.copyOf(AuthDefinition.presets()), false)));
        for (DocumentModel model : List.of(auth, template, trigger, receiver)) {
            model.objects().forEach((id, object) -> {
                if (!id.equals(model.root())) {
                    objects.putIfAbsent(id, object);
                }
            });
        }
        return new DocumentModel(root, reachable());
    }

    private ObjectModel model(String id) {
        ObjectModel object = objects.get(id);
        if (object == null) {
            throw new IllegalStateException("the connector document has no object " + id);
        }
        return object;
    }

    /** Returns the id of the object of a member of the document. */
    private String object(String member) {
        return member(model(root), member).values().stream()
                .map(ValueModel::object)
                .filter(id -> !id.isEmpty())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("/" + member + " has no object"));
    }

    private static MemberModel member(ObjectModel object, String name) {
        return object.members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(object.id() + " has no member " + name));
    }

    private static Set<String> names(DocumentModel model) {
        Set<String> names = new LinkedHashSet<>();
        model.object(model.root()).members().forEach(member -> names.add(member.name()));
        return names;
    }

    private static ValueModel value(DocumentModel model, String member) {
        return value(model.object(model.root()), member);
    }

    private static ValueModel value(ObjectModel object, String member) {
        return member(object, member).values().get(0);
    }

    /** The request that completes records is one of the document, or its name. */
    private void completeHybrid(String id, String request) {
        setValues(
                value(model(id), "payload").object(),
                "fetch",
                List.of(
                        ValueModel.of(ValueType.TEXT, Arrangement.SINGLE),
                        ValueModel.object(request, Arrangement.SINGLE)));
    }

    /** The verifiers and handshakes of a subscription are those of a receiver; a preset has all requests. */
    private void completeSubscription(String id) {
        complete(id, receiver, Set.of("verify", "handshake"));
        setValues(id, "preset", List.of(ValueModel.choice(List.copyOf(WebhookSubscription.presets()), false)));
        MemberModel create = member(model(id), "create");
        replace(
                id,
                new MemberModel(
                        create.name(),
                        create.values(),
                        create.isRequired(),
                        Set.of("preset"),
                        create.with(),
                        create.requiredWith(),
                        create.isNotEmpty(),
                        create.isDistinct(),
                        create.readers()));
    }

    private void complete(String id, DocumentModel from, Set<String> names) {
        complete(id, from, names, Map.of());
    }

    /** Takes the values of members from another document, unless the reader of the connector document knows their types. */
    private void complete(String id, DocumentModel from, Set<String> names, Map<String, String> sources) {
        for (MemberModel own : List.copyOf(model(id).members())) {
            if (names.contains(own.name()) && own.values().stream().allMatch(ConnectorModel::isOpen)) {
                MemberModel other = member(from.object(from.root()), sources.getOrDefault(own.name(), own.name()));
                replace(
                        id,
                        new MemberModel(
                                own.name(),
                                other.values(),
                                own.isRequired(),
                                own.unless(),
                                own.with(),
                                own.requiredWith(),
                                other.isNotEmpty(),
                                other.isDistinct(),
                                Stream.concat(own.readers().stream(), other.readers().stream())
                                        .toList()));
            }
        }
    }

    private static boolean isOpen(ValueModel value) {
        return value.object().isEmpty() && (value.type() == ValueType.ANY || value.type() == ValueType.FREE_OBJECT);
    }

    /** An object with one member. */
    private static ObjectModel single(String id, String name, ValueModel value) {
        MemberModel member =
                new MemberModel(name, List.of(value), true, Set.of(), Set.of(), Set.of(), false, false, List.of());
        return new ObjectModel(id, List.of(member), List.of(), "", Map.of());
    }

    /** Permits the names of requests in the parents of triggers; their records are then those of the request. */
    private void reuseRequests(String parents, String request) {
        objects.put(parents, trigger.object(parents));
        setValues(
                parents,
                "request",
                List.of(
                        ValueModel.of(ValueType.TEXT, Arrangement.SINGLE),
                        ValueModel.object(request, Arrangement.SINGLE)));
        MemberModel records = member(model(parents), "records");
        replace(
                parents,
                new MemberModel(
                        "records",
                        records.values(),
                        false,
                        Set.of(),
                        records.with(),
                        Set.of(),
                        false,
                        false,
                        records.readers()));
    }

    /** Permits another object as the value of members, if they exist. */
    private void addValue(String id, Set<String> names, String object) {
        for (MemberModel member : List.copyOf(model(id).members())) {
            if (names.contains(member.name())) {
                List<ValueModel> values = new ArrayList<>(member.values());
                values.add(ValueModel.object(object, Arrangement.SINGLE));
                replace(
                        id,
                        new MemberModel(
                                member.name(),
                                values,
                                member.isRequired(),
                                member.unless(),
                                member.with(),
                                member.requiredWith(),
                                member.isNotEmpty(),
                                member.isDistinct(),
                                member.readers()));
            }
        }
    }

    private void require(String name) {
        MemberModel own = member(model(root), name);
        replace(
                root,
                new MemberModel(name, own.values(), true, Set.of(), Set.of(), Set.of(), false, false, own.readers()));
    }

    private void setValues(String id, String name, List<ValueModel> values) {
        MemberModel own = member(model(id), name);
        replace(
                id,
                new MemberModel(
                        name,
                        values,
                        own.isRequired(),
                        own.unless(),
                        own.with(),
                        own.requiredWith(),
                        false,
                        false,
                        own.readers()));
    }

    private void replace(String id, MemberModel changed) {
        ObjectModel object = model(id);
        List<MemberModel> members = object.members().stream()
                .map(member -> member.name().equals(changed.name()) ? changed : member)
                .toList();
        objects.put(id, new ObjectModel(id, members, object.exclusive(), object.discriminator(), object.variants()));
    }

    /** Adds the members of another object, and its rules. */
    private void extend(String id, ObjectModel other, Set<String> optional) {
        ObjectModel object = model(id);
        Set<String> known = new LinkedHashSet<>();
        object.members().forEach(member -> known.add(member.name()));
        List<MemberModel> members = new ArrayList<>(object.members());
        for (MemberModel member : other.members()) {
            if (!known.contains(member.name())) {
                members.add(new MemberModel(
                        member.name(),
                        member.values(),
                        member.isRequired() && !optional.contains(member.name()),
                        member.unless(),
                        member.with(),
                        member.requiredWith(),
                        member.isNotEmpty(),
                        member.isDistinct(),
                        member.readers()));
            }
        }
        objects.put(id, new ObjectModel(id, members, other.exclusive(), other.discriminator(), other.variants()));
    }

    private static ObjectModel without(ObjectModel object, String name) {
        List<MemberModel> members = object.members().stream()
                .filter(member -> !member.name().equals(name))
                .toList();
        return new ObjectModel(object.id(), members, object.exclusive(), object.discriminator(), object.variants());
    }

    private static Stream<ObjectModel> withVariants(ObjectModel object) {
        return Stream.concat(
                Stream.of(object), object.variants().values().stream().flatMap(ConnectorModel::withVariants));
    }

    /** The objects that the document may contain, each before those of its members. */
    private Map<String, ObjectModel> reachable() {
        Map<String, ObjectModel> found = new LinkedHashMap<>();
        Deque<String> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty()) {
            String id = open.remove();
            if (found.putIfAbsent(id, model(id)) == null) {
                withVariants(model(id))
                        .flatMap(object -> object.members().stream())
                        .flatMap(member -> member.values().stream())
                        .map(ValueModel::object)
                        .filter(object -> !object.isEmpty())
                        .forEach(open::add);
            }
        }
        return found;
    }

    /** Returns the members by their paths in the document, each path only once, and those of a list or map without an index. */
    static Map<String, MemberModel> paths(DocumentModel model) {
        Map<String, MemberModel> paths = new LinkedHashMap<>();
        Map<String, String> open = new LinkedHashMap<>(Map.of(model.root(), ""));
        Set<String> seen = new LinkedHashSet<>();
        while (!open.isEmpty()) {
            String id = open.keySet().iterator().next();
            String prefix = open.remove(id);
            seen.add(id);
            withVariants(model.object(id))
                    .forEach(object -> object.members().forEach(member -> {
                        paths.putIfAbsent(prefix + member.name(), member);
                        member.values().stream()
                                .map(ValueModel::object)
                                .filter(nested -> !nested.isEmpty() && !seen.contains(nested))
                                .forEach(nested -> open.putIfAbsent(nested, prefix + member.name() + "."));
                    }));
        }
        return paths;
    }

    /** Returns the members whose types are unknown: the reader reads them as JSON, and no other document has them. */
    static List<String> untyped(DocumentModel model) {
        return paths(model).entrySet().stream()
                .filter(entry -> !FREE.contains(entry.getKey()) && isOwn(entry.getValue()))
                .filter(entry -> entry.getValue().values().stream().anyMatch(ConnectorModel::isOpen))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Returns the meanings of the members that only a connector document has.
     *
     * @param table a line for each: its path, a colon and the meaning
     */
    static Map<MemberModel, Meaning> meanings(DocumentModel model, String table) {
        Map<String, MemberModel> paths = paths(model);
        Map<MemberModel, Meaning> meanings = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        table.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
            int colon = line.indexOf(": ");
            MemberModel member = paths.get(line.substring(0, colon));
            if (member == null) {
                unknown.add(line.substring(0, colon));
            } else {
                meanings.put(member, Meaning.of(line.substring(colon + 2)));
            }
        });
        if (!unknown.isEmpty()) {
            throw new IllegalStateException("connector-members.txt has members that no reader reads: " + unknown);
        }
        return meanings;
    }

    /** Whether the member is read by the reader of connector documents, not by that of another document. */
    static boolean isOwn(MemberModel member) {
        String reader = ConnectorDefinition.class.getPackageName() + ".";
        return member.readers().isEmpty() || member.readers().stream().allMatch(line -> line.startsWith(reader));
    }
}
