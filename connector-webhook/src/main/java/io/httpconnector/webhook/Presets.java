package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Json;
import io.httpconnector.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** How well-known services sign, as data. */
final class Presets {

    private static final JsonNode ALL = load();

    private Presets() {}

    private static JsonNode load() {
        try (InputStream in = Presets.class.getResourceAsStream("presets.json")) {
            if (in == null) {
                throw new IllegalStateException("presets.json is missing: the jar is not whole");
            }
            return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Set<String> names() {
        Set<String> names = new TreeSet<>();
        ALL.fieldNames().forEachRemaining(names::add);
        return names;
    }

    static JsonNode definition(String name) {
        if (name == null || !ALL.has(name)) {
            throw new InvalidDefinitionException(
                    "signature", List.of("there is no preset " + name + ", use one of " + names()));
        }
        return ALL.get(name);
    }

    static Verifier of(String name, List<Secret> secrets) {
        JsonNode definition = definition(name);
        if (definition.has("token")) {
            return new TokenVerifier(
                    Part.fromJson(definition.get("token")),
                    secrets,
                    Part.fromJson(definition.get("eventId")),
                    Part.fromJson(definition.get("eventType")));
        }
        if (!SignatureBuilder.isAsymmetric(definition.get("algorithm").asText())) {
            return SignatureBuilder.fromJson(definition, secrets, null).build();
        }
        String prefix = definition.path("secretPrefix").asText();
        PublicKeys keys = PublicKeys.fixed(secrets.stream()
                .map(secret -> secret == null ? "" : secret.reveal())
                .map(text -> text.startsWith(prefix) ? text.substring(prefix.length()) : text)
                .toArray(String[]::new));
        return SignatureBuilder.fromJson(definition, List.of(), keys).build();
    }
}
