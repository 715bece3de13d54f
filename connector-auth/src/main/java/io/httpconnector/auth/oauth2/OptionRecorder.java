package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records the options of a builder as members of a {@link ProviderConfig}, with their secrets and problems. Not thread-safe. */
final class OptionRecorder {

    private final ObjectNode members = JsonNodeFactory.instance.objectNode();
    /** By member and name. */
    private final Map<String, Map<String, Secret>> secrets = new LinkedHashMap<>();

    private final List<String> problems = new ArrayList<>();

    /** Adds the options of another recorder, which take precedence. */
    OptionRecorder add(OptionRecorder other) {
        other.members.properties().forEach(member -> {
            if (member.getValue() instanceof ObjectNode pairs) {
                members.withObject("/" + member.getKey()).setAll(pairs);
            } else {
                members.set(member.getKey(), member.getValue().deepCopy());
            }
        });
        other.secrets.forEach((member, values) -> secretsOf(member).putAll(values));
        problems.addAll(other.problems);
        return this;
    }

    private Map<String, Secret> secretsOf(String member) {
        return secrets.computeIfAbsent(member, unused -> new LinkedHashMap<>());
    }

    boolean has(String member) {
        return members.has(member);
    }

    /** Returns the value of a text; empty if it is not set. */
    String get(String member) {
        return members.path(member).asText();
    }

    /** Returns the number of values of a list. */
    int count(String member) {
        return members.path(member).size();
    }

    ProviderConfig config() {
        return ProviderConfig.of(members);
    }

    Map<String, Secret> secrets(String member) {
        return Map.copyOf(secrets.getOrDefault(member, Map.of()));
    }

    List<String> problems() {
        return problems;
    }

    void problem(String problem) {
        problems.add(problem);
    }

    /** Reports a value that is null. */
    boolean isPresent(String name, @Nullable Object value) {
        if (value == null) {
            problems.add(name + ": it is null");
        }
        return value != null;
    }

    void flag(String name, boolean value) {
        members.put(name, value);
    }

    void text(String name, String value) {
        if (isPresent(name, value)) {
            members.put(name, value);
        }
    }

    void texts(String name, String... values) {
        for (String value : values) {
            if (isPresent(name, value)) {
                members.withArray("/" + name).add(value);
            }
        }
    }

    /** Records the URL of an endpoint. */
    void url(String name, String url) {
        url(name, url, url == null ? null : EndpointUrl.problem(url));
    }

    /** Records the URL of an endpoint, which can have placeholders for values of the callback or a token response. */
    void urlTemplate(String name, String url) {
        url(name, url, url == null ? null : EndpointTemplate.problem(url));
    }

    private void url(String name, String url, @Nullable String problem) {
        if (problem != null) {
            problems.add(name + ": " + problem);
        }
        text(name, url);
    }

    /** Records a JSON pointer. */
    void pointer(String name, String path) {
        checkPointer(name, path);
        text(name, path);
    }

    void checkPointer(String name, String path) {
        try {
            var unused = JsonSupport.pointer(path);
        } catch (InvalidDefinitionException e) {
            problems.add(name + ": " + e.problems().get(0));
        }
    }

    /** Reports an endpoint that could be at any host. */
    void checkTrust() {
        for (String endpoint : List.of("tokenUrl", "refreshUrl", "revocationUrl")) {
            if (EndpointTemplate.isAnywhere(get(endpoint)) && !has("trustedHosts")) {
                problems.add(endpoint
                        + ": it begins with a received value: name the hosts that may receive the client secret by"
                        + " trustedHosts(...)");
            }
        }
    }

    void pair(String member, String name, String value) {
        if (isPresent(member, name) && isPresent(member + " " + name, value)) {
            members.withObject("/" + member).put(name, value);
        }
    }

    void secret(String option, String member, String name, Secret value) {
        if (isPresent(option, name) && isPresent(option + " " + name, value)) {
            secretsOf(member).put(name, value);
        }
    }

    /** Runs code that rejects an invalid value by an exception. */
    void check(String name, Runnable code) {
        try {
            code.run();
        } catch (InvalidDefinitionException e) {
            problems.add(name + ": " + e.getMessage());
        }
    }
}
