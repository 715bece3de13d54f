package io.httpconnector.webhook;

import static io.httpconnector.webhook.SignaturePreset.service;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.Suggestions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The signature presets of well-known services, which {@link PresetsAToL}, {@link PresetsMToR} and {@link PresetsSToZ} list. The
 * definitions of receivers, the handshakes by name, {@link WebhookSigner}, the diagnosis and the tests derive from these tables.
 * The public methods become methods of {@link Signatures}.
 */
abstract class Presets {

    /** The services that perform a handshake, but sign nothing. */
    private static final List<SignaturePreset> HANDSHAKES = List.of(
            service(
                            "adobe-sign",
                            "Adobe Acrobat Sign",
                            "https://helpx.adobe.com/sign/developer/webhook/api/webhook.html")
                    .handshake("clientId", Handshakes::adobeSign),
            service(
                            "event-grid",
                            "Azure Event Grid",
                            "https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema")
                    .handshake(Handshakes::eventGrid),
            service("miro", "Miro", "https://developers.miro.com/docs/getting-started-with-webhooks")
                    .handshake(Handshakes::echoedJson),
            service("strava", "Strava", "https://developers.strava.com/docs/webhooks/")
                    .handshake("verifyToken", Handshakes::strava));

    /** The services whose keys or certificates are fetched, so that they have a method and a type of their own. */
    private static final Set<String> FETCHED_KEYS = Set.of("paypal", "plaid", "sns");

    private static final Map<String, SignaturePreset> BY_NAME =
            byName(PresetsAToL.TABLE, PresetsMToR.TABLE, PresetsSToZ.TABLE);
    private static final Map<String, SignaturePreset> HANDSHAKES_BY_NAME = byName(HANDSHAKES);

    Presets() {}

    @SafeVarargs
    private static Map<String, SignaturePreset> byName(List<SignaturePreset>... tables) {
        Map<String, SignaturePreset> presets = new TreeMap<>();
        for (List<SignaturePreset> table : tables) {
            for (SignaturePreset preset : table) {
                if (presets.put(preset.name(), preset) != null) {
                    throw new IllegalStateException("there are two presets " + preset.name());
                }
            }
        }
        return presets;
    }

    /** All presets, in alphabetical order. */
    static Iterable<SignaturePreset> all() {
        return BY_NAME.values();
    }

    /** The services that only perform a handshake, in alphabetical order. */
    static Iterable<SignaturePreset> handshakesOnly() {
        return HANDSHAKES_BY_NAME.values();
    }

    /** The names of all services that perform a handshake. */
    static Set<String> handshakes() {
        Set<String> names = new TreeSet<>(HANDSHAKES_BY_NAME.keySet());
        for (SignaturePreset preset : all()) {
            if (preset.handshake() != null) {
                names.add(preset.name());
            }
        }
        return names;
    }

    /** Whether the service of a handshake delivers its secret. */
    static boolean deliversSecret(String name) {
        SignaturePreset preset = BY_NAME.get(name);
        PresetHandshake handshake = preset == null ? null : preset.handshake();
        return handshake != null && handshake.receiving() != null;
    }

    /** The handshake of a service; throws an exception if it is unknown or performs none. */
    static PresetHandshake handshake(String name) {
        SignaturePreset only = name == null ? null : HANDSHAKES_BY_NAME.get(name);
        PresetHandshake handshake = (only == null ? get(name) : only).handshake();
        if (handshake == null) {
            throw new InvalidDefinitionException("handshake", List.of(name + " performs no handshake: omit it"));
        }
        return handshake;
    }

    /** The preset with this name; null if there is none. */
    static @Nullable SignaturePreset find(String name) {
        return BY_NAME.get(name);
    }

    /** The preset with this name; throws an exception that lists the known names. */
    static SignaturePreset get(String name) {
        SignaturePreset preset = name == null ? null : BY_NAME.get(name);
        if (preset == null) {
            throw new InvalidDefinitionException("signature", List.of(unknown(name)));
        }
        return preset;
    }

    private static String unknown(@Nullable String name) {
        if (name != null && FETCHED_KEYS.contains(name)) {
            return name + " is not a preset, because its keys are fetched: use Signatures." + name
                    + "(...), or the type " + name + " in a definition";
        }
        String nearest = name == null ? null : Suggestions.ofName(name, BY_NAME.keySet());
        return "there is no preset " + name + ": "
                + (nearest == null ? "use one of " + BY_NAME.keySet() : "did you mean \"" + nearest + "\"?");
    }

    /**
     * Verifies the signatures of a well-known service, selected by name at run time.
     *
     * @param name one of {@link #presets()}
     * @param secrets the secrets; for services that sign by a private key, their public keys
     * @return the verifier
     * @throws InvalidDefinitionException if there is no such preset, or the secrets have an invalid format
     */
    public static Verifier preset(String name, Secret... secrets) {
        return get(name).verifier(Arguments.all(secrets, "secrets of a signature"));
    }

    /**
     * Returns the names of all presets.
     *
     * @return the names, in alphabetical order
     */
    public static Set<String> presets() {
        return Collections.unmodifiableSet(BY_NAME.keySet());
    }

    /**
     * GitHub: {@code X-Hub-Signature-256}.
     *
     * @param secrets the secrets
     * @return the verifier
     */
    public static Verifier github(Secret... secrets) {
        return preset("github", secrets);
    }

    /**
     * Stripe: {@code Stripe-Signature}.
     *
     * @param secrets the signing secrets, as {@code whsec_...}
     * @return the verifier
     */
    public static Verifier stripe(Secret... secrets) {
        return preset("stripe", secrets);
    }

    /**
     * Slack: {@code X-Slack-Signature}.
     *
     * @param secrets the signing secrets
     * @return the verifier
     */
    public static Verifier slack(Secret... secrets) {
        return preset("slack", secrets);
    }

    /**
     * Shopify: {@code X-Shopify-Hmac-Sha256}.
     *
     * @param secrets the client secrets
     * @return the verifier
     */
    public static Verifier shopify(Secret... secrets) {
        return preset("shopify", secrets);
    }

    /**
     * Typeform: {@code Typeform-Signature}.
     *
     * @param secrets the secrets
     * @return the verifier
     */
    public static Verifier typeform(Secret... secrets) {
        return preset("typeform", secrets);
    }

    /**
     * Standard Webhooks: {@code webhook-signature}, by a shared secret.
     *
     * @param secrets the secrets, as {@code whsec_...}
     * @return the verifier
     */
    public static Verifier standardWebhooks(Secret... secrets) {
        return preset("standard-webhooks", secrets);
    }
}
