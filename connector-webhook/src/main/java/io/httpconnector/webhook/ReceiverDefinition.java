package io.httpconnector.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.DefinedMembers;
import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.trigger.Delivery;
import io.httpconnector.webhook.VerifierDefinitionReader.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The JSON definition that a {@link WebhookReceiverBuilder} was given: its verifiers and handshakes, which are created when the
 * receiver is built, its delivery settings, and its problems. Empty for a receiver without a definition. Not thread-safe.
 */
final class ReceiverDefinition {

    private final List<JsonNode> verifiers = new ArrayList<>();
    private final List<JsonNode> handshakes = new ArrayList<>();
    private final List<Recipe<Verifier>> verifierRecipes = new ArrayList<>();
    private final List<Recipe<Handshake>> handshakeRecipes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final DefinedMembers members = new DefinedMembers();
    private SecretNames secrets = SecretNames.of(Map.of());
    private Set<String> deliveredNames = Set.of();
    private @Nullable JsonNode delivery;
    private boolean verifyHasProblems;

    /**
     * Reads a definition.
     *
     * @param others reads the other members
     */
    void read(JsonNode json, SecretNames secrets, Consumer<JsonObjectReader> others) {
        this.secrets = secrets;
        try {
            var unused = JsonObjectReader.read("definition", Arguments.notNull(json, "definition"), reader -> {
                readVerifiers(reader);
                others.accept(reader);
                // Prevents a second problem such as a missing verifier, whose cause is already reported.
                verifyHasProblems = reader.isUnreliable("verify") || reader.isUnreliable("unverified");
                return this;
            });
        } catch (InvalidDefinitionException e) {
            verifyHasProblems |= json == null || !json.isObject();
            e.problems().forEach(problem -> problems.add(problem.startsWith("/") ? problem : "definition: " + problem));
        }
        if (json != null) {
            deliveredNames = DeliveredSecretNames.of(json);
            members.add(json, "verify");
        }
    }

    private void readVerifiers(JsonObjectReader reader) {
        // "verify": The verifiers, all of which must accept a request.
        reader.elements("verify", (json, at) -> json).forEach(json -> verifiers.add(json.deepCopy()));
        // "handshake": The handshakes that the service performs before it sends events.
        reader.elements("handshake", (json, at) -> json).forEach(json -> handshakes.add(json.deepCopy()));
        verifierRecipes.addAll(reader.objects(
                "verify", one -> VerifierDefinitionReader.at(one.pointer(), VerifierDefinitionReader.verifier(one))));
        handshakeRecipes.addAll(reader.objects(
                "handshake",
                one -> VerifierDefinitionReader.at(one.pointer(), VerifierDefinitionReader.handshake(one))));
        // "delivery": The attempts of events of the inbox, and their concurrency. Default: 5 attempts, and one event at
        // a time.
        reader.document("delivery", json -> {
            delivery = Delivery.to(event -> {}).settings(json).settings();
            return json;
        });
    }

    /** Removes a setting that code has replaced. */
    void replacedByCode(String member) {
        members.replacedByCode(member);
    }

    boolean hasVerifiers() {
        return !verifiers.isEmpty();
    }

    /** Returns whether a reported problem may be the reason for a missing verifier. */
    boolean hasVerifyProblems() {
        return verifyHasProblems;
    }

    List<String> problems() {
        return problems;
    }

    /** Returns problems with the JSON Pointers of the members that they concern. */
    List<String> locate(List<String> all) {
        return members.locate(all, Map.of());
    }

    /** Applies the delivery settings. */
    Delivery applyTo(Delivery start) {
        return delivery == null ? start : start.settings(delivery);
    }

    /** Creates the verifiers; those that can't be created are reported. */
    List<Verifier> verifiers(VerifierDefinitionReader context, List<String> found) {
        return created(verifierRecipes, context, found);
    }

    /** Creates the handshakes; those that can't be created are reported. */
    List<Handshake> handshakes(VerifierDefinitionReader context, List<String> found) {
        return created(handshakeRecipes, context, found);
    }

    /** Returns the secrets and the connection with which verifiers and handshakes are created. */
    VerifierDefinitionReader context(@Nullable DeliveredSecrets store, @Nullable HttpConnection connection) {
        DeliveredSecretNames delivered = new DeliveredSecretNames(secrets, deliveredNames, store);
        return new VerifierDefinitionReader(delivered.all(), delivered, connection);
    }

    private static <T> List<T> created(List<Recipe<T>> recipes, VerifierDefinitionReader context, List<String> found) {
        List<T> all = new ArrayList<>();
        for (Recipe<T> recipe : recipes) {
            try {
                all.add(recipe.create(context));
            } catch (InvalidDefinitionException e) {
                found.addAll(e.problems());
            }
        }
        return all;
    }

    /** Writes the verifiers and handshakes. */
    void writeTo(ObjectNode json) {
        json.putArray("verify").addAll(verifiers);
        json.putArray("handshake").addAll(handshakes);
    }
}
