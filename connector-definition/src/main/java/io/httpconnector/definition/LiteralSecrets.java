package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.PillFilter;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.wizard.SavedRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds secrets that are literal text in a document, which is stored and shared. Not thread-safe. */
final class LiteralSecrets {

    /** Members of a connection or strategy whose value is a secret. */
    private static final Set<String> SECRET_MEMBERS = Set.of(
            "clientSecret",
            "consumerSecret",
            "key",
            "loginPassword",
            "password",
            "privateKey",
            "refreshToken",
            "secret",
            "secretAccessKey",
            "sessionToken",
            "token",
            "tokenSecret");

    /** Maps of parameters of a URL or a form by name. Other maps of texts have the names of header fields. */
    private static final Set<String> PARAMETERS =
            Set.of("authorizationParameters", "form", "loginQuery", "query", "refreshParameters", "tokenParameters");

    /** Maps of header fields and cookies by name. */
    private static final Set<String> FIELDS =
            Set.of("bodyFields", "cookies", "headers", "loginHeaders", "tokenHeaders");

    /** Members that describe the form of a customer. */
    private static final Set<String> INPUTS = Set.of("fields", "inputs");

    /** The values that a service documents for all its customers. */
    private static final String CONSTANTS = "constants";

    /** The requests of a subscription of a webhook. */
    private static final List<String> SUBSCRIPTION_REQUESTS =
            List.of("create", "renew", "check", "rotate", "delete", "list/request");

    /** Follows the JSON Pointer of a credential in a JSON body. */
    private static final String IN_JSON = " in the JSON body";

    private final JsonObjectReader reader;

    private final Map<String, PillFilter> filters;

    /**
     * Creates a search.
     *
     * @param reader receives the problems
     * @param filters the filters that are code
     */
    LiteralSecrets(JsonObjectReader reader, Map<String, PillFilter> filters) {
        this.reader = reader;
        this.filters = filters;
    }

    /** Searches the connection and the strategies of a document. */
    void findInSettings(JsonNode document) {
        search(document.path("connection"), "/connection");
        search(document.path("auth"), "/auth");
        searchInputs(document.path("inputs"), "/inputs");
    }

    /**
     * Searches the template of a request.
     *
     * @param json the request as it is written
     */
    void findIn(RequestTemplate template, JsonNode json, String pointer) {
        List<String> all = SavedRequest.literalCredentials(template);
        if (!all.isEmpty() && !findInParts(json, pointer)) {
            all.forEach(name -> report(pointer, name + ": "));
        }
    }

    /** Searches the requests of a subscription. */
    void findInSubscription(JsonNode subscription, String pointer) {
        for (String member : SUBSCRIPTION_REQUESTS) {
            JsonNode request = subscription.at("/" + member);
            if (request.isObject()) {
                findIn(RequestTemplate.fromJson(request, Map.of()), request, pointer + "/" + member);
            }
        }
    }

    /** Reports the parts of a request that contain credentials. Returns whether there are any. */
    private boolean findInParts(JsonNode json, String pointer) {
        boolean isFound = false;
        JsonNode url = json.path("url");
        if (url.isTextual()) {
            isFound = reportAll(request().put("url", url.textValue()), pointer + "/url");
        }
        for (String list : List.of("/query", "/headers", "/body/form", "/body/multipart")) {
            JsonNode pairs = json.at(list);
            for (int i = 0; i < pairs.size(); i++) {
                ObjectNode one = request().put("method", "POST");
                one.withArray(list).add(pairs.get(i));
                if (!credentials(one).isEmpty()) {
                    report(
                            pointer + list + "/" + i + "/value",
                            pairs.get(i).path("name").asText() + ": ");
                    isFound = true;
                }
            }
        }
        for (String member : List.of("json", "jsonText", "xml", "text", "bytes")) {
            if (json.path("body").has(member)) {
                ObjectNode one = request().put("method", "POST");
                one.set("body", json.get("body"));
                isFound |= reportAll(one, pointer + "/body/" + member);
            }
        }
        return isFound;
    }

    private boolean reportAll(ObjectNode request, String pointer) {
        List<String> names = credentials(request);
        for (String name : names) {
            boolean isMember = name.startsWith("/") && name.endsWith(IN_JSON);
            report(
                    isMember ? pointer + name.substring(0, name.length() - IN_JSON.length()) : pointer,
                    isMember ? "" : name + ": ");
        }
        return !names.isEmpty();
    }

    private void search(JsonNode json, String pointer) {
        if (json.isArray()) {
            for (int i = 0; i < json.size(); i++) {
                search(json.get(i), pointer + "/" + i);
            }
        }
        json.properties().forEach(member -> {
            String name = member.getKey();
            JsonNode value = member.getValue();
            String place = pointer + "/" + JsonObjectReader.token(name);
            if (value.isObject() && (PARAMETERS.contains(name) || FIELDS.contains(name))) {
                value.properties()
                        .forEach(pair -> checkPair(
                                PARAMETERS.contains(name) ? "query" : "headers",
                                pair.getKey(),
                                pair.getValue(),
                                place + "/" + JsonObjectReader.token(pair.getKey())));
            } else if (name.equals(CONSTANTS) && value.isObject()) {
                // Their names say nothing; a credential has a recognizable form.
                value.properties()
                        .forEach(constant -> checkPair(
                                "query",
                                "value",
                                constant.getValue(),
                                place + "/" + JsonObjectReader.token(constant.getKey())));
            } else if (SECRET_MEMBERS.contains(name) && isLiteral(value)) {
                report(place, "");
            } else if (name.equals("json")) {
                checkBody(value, place);
            } else if (INPUTS.contains(name)) {
                searchInputs(value, place);
            } else if (name.equals("test")) {
                searchTests(value, place);
            } else {
                search(value, place);
            }
        });
    }

    /** Searches the defaults and examples of secret inputs. */
    private void searchInputs(JsonNode inputs, String pointer) {
        for (int i = 0; i < inputs.size(); i++) {
            JsonNode input = inputs.path(i);
            for (String member : List.of("default", "example")) {
                if (input.path("secret").asBoolean()
                        && input.path(member).asText().length() > 1) {
                    reader.problemAt(
                            pointer + "/" + i + "/" + member,
                            "it is a secret as literal text: a secret has neither a default nor an example");
                }
            }
        }
    }

    /** Searches the requests that test the connection: one or several, each a path or a request. */
    private void searchTests(JsonNode tests, String pointer) {
        if (tests.isArray()) {
            for (int i = 0; i < tests.size(); i++) {
                searchTests(tests.get(i), pointer + "/" + i);
            }
        } else {
            String url =
                    tests.isTextual() ? tests.textValue() : tests.path("url").asText();
            if (!url.isEmpty()) {
                reportAll(request().put("url", url), tests.isTextual() ? pointer : pointer + "/url");
            }
            search(tests, pointer);
        }
    }

    /** Whether a value is text of its own, and neither a placeholder nor the location of a value. */
    private static boolean isLiteral(JsonNode value) {
        return value.isTextual()
                // A dummy for a value that the service ignores, such as "x", is no secret.
                && value.textValue().strip().length() > 1
                // Neither is the name of a scheme alone.
                && !value.textValue().strip().matches("(?i)basic|bearer")
                && !value.textValue().contains("{{")
                && !value.textValue().startsWith("/");
    }

    private void checkPair(String list, String name, JsonNode value, String pointer) {
        if (isLiteral(value)) {
            ObjectNode request = request();
            request.putArray(list).addObject().put("name", name).set("value", value);
            if (!credentials(request).isEmpty()) {
                report(pointer, "");
            }
        }
    }

    private void checkBody(JsonNode json, String pointer) {
        ObjectNode request = request().put("method", "POST");
        request.putObject("body").set("json", json);
        reportAll(request, pointer);
    }

    private static ObjectNode request() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", "part")
                .put("method", "GET")
                .put("url", "/");
    }

    private List<String> credentials(ObjectNode request) {
        try {
            return SavedRequest.literalCredentials(RequestTemplate.fromJson(request, filters));
        } catch (InvalidDefinitionException e) {
            // Reported by the reader of the member.
            return List.of();
        }
    }

    private void report(String pointer, String name) {
        reader.problemAt(
                pointer,
                name
                        + "it is a secret as literal text: declare an input with secret: true, and write {{auth.NAME}} here."
                        + " If the service documents this value for all its customers, write it into constants of the"
                        + " strategy, such as \"constants\": {\"NAME\": \"...\"}, and {{auth.NAME}} here");
    }
}
