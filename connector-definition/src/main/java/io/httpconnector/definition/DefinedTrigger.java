package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.operation.Operation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trigger of a connector document, which polls or receives a stream. Immutable.
 *
 * @param id the name of the trigger
 * @param title the title for users; empty if there is none
 * @param json the definition, without defaults and without the members that are code; only the request if there is a stream
 * @param code the members that are code
 * @param operation the operation that each poll runs; null if the request lists the records
 * @param handler the name of the handler; empty if the application sets it
 * @param hybrid the webhook that pushes the same records; null if there is none
 * @param stream the settings of the stream; null if the trigger polls
 */
record DefinedTrigger(
        String id,
        String title,
        ObjectNode json,
        CodeMembers code,
        @Nullable DefinedOperation operation,
        String handler,
        @Nullable DefinedHybrid hybrid,
        @Nullable DefinedStream stream) {

    /** The members beside those of a polling trigger. */
    private static final List<String> MEMBERS =
            List.of("title", "handler", "hybrid", DefinedOperation.MEMBER, DefinedStream.MEMBER);

    /** The members that replace those of the request, so that a named request can have others in each trigger. */
    private static final List<String> OF_REQUEST = List.of("rules", "retry");

    /**
     * Reads a trigger. Its request may be the name of a request of the document, whose records and pagination it then has unless it
     * has its own.
     *
     * @param source the requests of the document
     * @param documentDefaults the members that a trigger has unless it has its own
     */
    static DefinedTrigger read(
            String id,
            JsonObjectReader reader,
            JsonNode given,
            DefinedHybrid.Source source,
            DocumentDefaults documentDefaults,
            TriggerProbe probe) {
        JsonNode requests = source.requests();
        String title = reader.text("title");
        String handler = reader.text("handler");
        reader.require("request");
        JsonNode request = reader.any("request");
        if (request != null && request.isObject()) {
            JsonObjectReader unused = reader.object("request", DefinedRequest::checkWithinTrigger);
        }
        // "rules", "retry": In place of those of the request.
        OF_REQUEST.forEach(reader::any);
        DefinedHybrid hybrid = reader.object(
                "hybrid", object -> DefinedHybrid.read(object, given, source, title == null ? id : title));
        DefinedOperation operation = operation(reader, title == null ? id : title, request, source);
        // "stream": Receives the server-sent events of the response of the request, instead of polling.
        DefinedStream stream = DefinedStream.read(reader, given);
        boolean isStream = given.has(DefinedStream.MEMBER);
        if (isStream) {
            DefinedStream.checkMembers(reader, given);
        }
        reader.acceptUnreadMembers();
        ObjectNode json = ((ObjectNode) given).deepCopy();
        json.remove(MEMBERS);
        String named = request != null && request.isTextual() ? request.textValue() : null;
        if (named != null) {
            request = requests.path(named);
            if (!request.isObject()) {
                reader.problem("request", unknown(named, requests));
                // The other members are still checked, without the problems that depend on the request.
                request = substitute(json);
            }
        }
        if (isStream) {
            json.retain("request", "rules", "retry");
            if (operation != null && !given.has(DefinedOperation.MEMBER)) {
                reader.problem("request", "it starts an operation, whose response is no stream: use another request");
            }
        }
        new ParentRequests(requests, reader).resolve(json, title == null ? id : title);
        if (request instanceof ObjectNode object) {
            for (String member : DefinedRequest.LIST) {
                if (!isStream && !json.has(member) && object.has(member)) {
                    json.set(member, object.get(member));
                }
            }
            ObjectNode template = DefinedRequest.template(id, title, object);
            for (String member : OF_REQUEST) {
                JsonNode own = json.remove(member);
                if (own != null) {
                    template.set(member, own);
                }
            }
            json.set("request", template);
        }
        documentDefaults.ofTriggers().properties().forEach(member -> {
            if (!isStream && !json.has(member.getKey())) {
                json.set(member.getKey(), member.getValue());
            }
        });
        try {
            CodeMembers code = CodeMembers.take(json);
            ObjectNode canonical = isStream
                    ? json.objectNode()
                            .set(
                                    "request",
                                    DefinedStream.canonicalRequest(json.path("request"), stream, source.filters()))
                    : probe.canonical(json, code, operation);
            ObjectNode template = (ObjectNode) canonical.path("request");
            if (template.path("name").asText().equals(title == null ? id : title)) {
                template.remove("name");
            }
            return new DefinedTrigger(
                    id,
                    title == null ? "" : title,
                    canonical,
                    code,
                    operation,
                    handler == null ? "" : handler,
                    hybrid,
                    stream);
        } catch (InvalidDefinitionException e) {
            List<String> problems = new ArrayList<>();
            for (String found : OuterMembers.suggested(e, MEMBERS).problems()) {
                String problem = located(found, given);
                if (named == null || !isOfRequest(problem, given)) {
                    problems.add(problem);
                } else if (source.valid().contains(named)) {
                    problems.add("/request: with the request \"" + named + "\": " + problem);
                }
                // Otherwise reported for the request.
            }
            if (problems.isEmpty()) {
                return new DefinedTrigger(id, "", json, CodeMembers.NONE, null, "", hybrid, stream);
            }
            throw new InvalidDefinitionException("trigger", problems);
        }
    }

    /** Returns the operation of the trigger, or else that of its request; null if there is none. */
    private static @Nullable DefinedOperation operation(
            JsonObjectReader reader, String name, @Nullable JsonNode request, DefinedHybrid.Source source) {
        JsonNode object = request != null && request.isTextual()
                ? source.requests().path(request.textValue())
                : request == null ? NullNode.getInstance() : request;
        JsonNode start = object.isObject() ? DefinedRequest.template(name, null, object) : object;
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        // "operation": The long-running operation that each poll runs, started by the request. Default: that of the
        // request.
        DefinedOperation own = DefinedOperation.read(reader, name, start, list, source.filters());
        if (own != null || !(object.path(DefinedOperation.MEMBER) instanceof ObjectNode ofRequest)) {
            return own;
        }
        DefinedOperation inherited = new DefinedOperation(ofRequest.deepCopy());
        try {
            Operation unused = inherited.operation(name, DefinedOperation.template(start, source.filters()), list);
            return inherited;
        } catch (InvalidDefinitionException e) {
            if (request != null && request.isObject()) {
                e.problems().forEach(problem -> {
                    int colon = problem.startsWith("/") ? problem.indexOf(": ") : -1;
                    reader.problemAt(
                            "/request/" + DefinedOperation.MEMBER + problem.substring(0, Math.max(0, colon)),
                            problem.substring(colon < 0 ? 0 : colon + 2));
                });
            }
            // Otherwise reported for the request.
            return null;
        }
    }

    /** Returns a problem of a member that the trigger has itself in place of its request, at this member. */
    private static String located(String problem, JsonNode given) {
        boolean isOwn =
                OF_REQUEST.stream().anyMatch(member -> given.has(member) && problem.startsWith("/request/" + member));
        return isOwn ? problem.substring("/request".length()) : problem;
    }

    /** Whether a problem concerns a member that the trigger has from its request. */
    private static boolean isOfRequest(String problem, JsonNode given) {
        if (!problem.startsWith("/")) {
            return false;
        }
        int end = problem.indexOf('/', 1);
        int colon = problem.indexOf(": ");
        String member = problem.substring(1, end < 0 || end > colon ? colon : end);
        return member.equals("request") || (DefinedRequest.LIST.contains(member) && !given.has(member));
    }

    static String unknown(String name, JsonNode requests) {
        List<String> names = new ArrayList<>();
        requests.fieldNames().forEachRemaining(names::add);
        return UnknownName.message("request", name, names);
    }

    /** Returns a request in place of one that is unknown, with the pills that its trigger requires. */
    private static ObjectNode substitute(JsonNode trigger) {
        ObjectNode request = trigger.deepCopy();
        request.removeAll();
        request.put("method", "GET").put("url", "/");
        ObjectNode query = request.putObject("query");
        JsonNode cursor = trigger.path("cursor");
        if (cursor.has("windows")) {
            query.put("from", "{{window.from}}").put("to", "{{window.to}}");
        } else if (!cursor.isMissingNode()) {
            query.put("cursor", "{{cursor}}");
        }
        steps(trigger.path("parents")).forEach(name -> query.put(name, "{{" + name + "}}"));
        return request;
    }

    /** Returns the names of the parents, also of those of parents. */
    private static List<String> steps(JsonNode parents) {
        List<String> names = new ArrayList<>();
        if (parents.path("as").isTextual()) {
            names.add(parents.path("as").textValue());
        }
        for (String member : List.of("below", "orElse", "product", "union")) {
            JsonNode inner = parents.path(member);
            if (inner.isArray()) {
                inner.forEach(one -> names.addAll(steps(one)));
            } else if (inner.isObject()) {
                names.addAll(steps(inner));
            }
        }
        return names;
    }

    /** Returns the trigger as it is given to a builder. */
    ObjectNode forBuilder() {
        ObjectNode complete = json.deepCopy();
        ObjectNode template = (ObjectNode) complete.path("request");
        if (!template.has("name")) {
            template.put("name", title.isEmpty() ? id : title);
        }
        return complete;
    }

    /** Returns the trigger as JSON. */
    ObjectNode toJson() {
        ObjectNode written = code.addTo(json.deepCopy());
        if (operation != null) {
            written.set(DefinedOperation.MEMBER, operation.json().deepCopy());
        }
        if (stream != null) {
            written.set(DefinedStream.MEMBER, stream.json().deepCopy());
        }
        if (!handler.isEmpty()) {
            written.put("handler", handler);
        }
        if (hybrid != null) {
            written.set("hybrid", hybrid.toJson(title.isEmpty() ? id : title));
        }
        return title.isEmpty() ? written : written.put("title", title);
    }
}
