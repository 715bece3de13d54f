package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.Secret;
import io.httpconnector.webhook.SignatureVerifier.Service;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How well-known services sign, as data: a description of the signature, and what is known of the service beyond it.
 *
 * <p>{@code mediaTypes} says what the bodies are (JSON when it is missing): {@code Content-Type} is not signed. With {@code
 * bodiesAreUnique}, two events never have the same body, so a retry is known by it that was signed at another time.
 */
final class Presets {

    private static final JsonNode ALL = load();

    private Presets() {}

    private static JsonNode load() {
        try (InputStream in = Presets.class.getResourceAsStream("presets.json")) {
            if (in == null) {
                throw new IllegalStateException("presets.json is missing: the jar is not whole");
            }
            return JsonSupport.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Set<String> names() {
        Set<String> names = new TreeSet<>();
        ALL.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** How the service signs. */
    static ObjectNode definition(String name) {
        ObjectNode definition = all(name).deepCopy();
        definition.remove(List.of("mediaTypes", "bodiesAreUnique"));
        return definition;
    }

    private static JsonNode all(String name) {
        if (name == null || !ALL.has(name)) {
            throw new InvalidDefinitionException(
                    "signature", List.of("there is no preset " + name + ", use one of " + names()));
        }
        return ALL.get(name);
    }

    private static Service service(String name) {
        List<MediaType> mediaTypes = new ArrayList<>();
        all(name).path("mediaTypes").forEach(type -> mediaTypes.add(MediaType.defined(type.asText())));
        return new Service(
                mediaTypes.isEmpty() ? List.of(MediaType.JSON) : List.copyOf(mediaTypes),
                all(name).path("bodiesAreUnique").asBoolean(),
                name.equals("github") ? GitHubEvents::type : null);
    }

    static Verifier of(String name, List<Secret> secrets) {
        JsonNode definition = definition(name);
        if (definition.has("token")) {
            return new TokenVerifier(
                    ValueSelector.fromJson(definition.get("token")),
                    secrets,
                    ValueSelector.fromJson(definition.get("eventId")),
                    ValueSelector.fromJson(definition.get("eventType")),
                    MediaType.JSON.name());
        }
        if (!SignatureBuilder.isAsymmetric(definition.get("algorithm").asText())) {
            return built(SignatureBuilder.fromJson(definition, secrets, null), name);
        }
        String prefix = definition.path("secretPrefix").asText();
        PublicKeys keys = PublicKeys.fixed(secrets.stream()
                .map(secret -> secret == null ? "" : secret.reveal())
                .map(text -> text.startsWith(prefix) ? text.substring(prefix.length()) : text)
                .toArray(String[]::new));
        return built(SignatureBuilder.fromJson(definition, List.of(), keys), name);
    }

    private static Verifier built(SignatureBuilder builder, String name) {
        return builder.warned().of(service(name));
    }
}
