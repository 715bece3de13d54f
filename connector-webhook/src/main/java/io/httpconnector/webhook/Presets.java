package io.httpconnector.webhook;

import static io.httpconnector.webhook.SignaturePreset.service;
import static io.httpconnector.webhook.ValueSelector.body;
import static io.httpconnector.webhook.ValueSelector.header;
import static io.httpconnector.webhook.ValueSelector.query;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The signature presets of well-known services: the only place that lists them. The definitions of receivers, the handshakes by
 * name, {@link WebhookSigner}, the diagnosis and the tests derive from this table. The public methods become methods of {@link
 * Signatures}.
 */
abstract class Presets {

    private static final List<SignaturePreset> TABLE = List.of(
            service("asana", "Asana", "https://developers.asana.com/docs/webhooks-guide")
                    .signature("HmacSHA256", it -> it.signature(header("X-Hook-Signature")))
                    .handshakeInJava(
                            "asana passes a secret to the application, which requires code: use handshake(Handshakes.asana(...))"),
            service("bitbucket", "Bitbucket", "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Hub-Signature").after("sha256="))),
            service("box", "Box", "https://developer.box.com/guides/webhooks/v2/signatures-v2/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("BOX-SIGNATURE-PRIMARY"), header("BOX-SIGNATURE-SECONDARY"))
                                    .encoding("base64")
                                    .timestamp(header("BOX-DELIVERY-TIMESTAMP"))
                                    .timestampUnit("iso")
                                    .tolerance(Duration.ofMinutes(10))
                                    .content("{{body}}{{timestamp}}")
                                    .eventId(body("/id"))
                                    .eventType(body("/trigger"))),
            service("calendly", "Calendly", "https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Calendly-Webhook-Signature")
                                            .items(",")
                                            .after("v1="))
                                    .timestamp(header("Calendly-Webhook-Signature")
                                            .items(",")
                                            .after("t="))
                                    .content("{{timestamp}}.{{body}}")
                                    .eventType(body("/event")))
                    .bodiesAreUnique(),
            service("discord", "Discord", "https://discord.com/developers/docs/events/webhook-events")
                    .signature(
                            "Ed25519",
                            it -> it.signature(header("X-Signature-Ed25519"))
                                    .timestamp(header("X-Signature-Timestamp"))
                                    .content("{{timestamp}}{{body}}")
                                    .eventType(body("/event/type")))
                    .bodiesAreUnique()
                    .handshake(Handshakes::discord),
            service("docusign", "DocuSign", "https://developers.docusign.com/platform/webhooks/connect/hmac/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(
                                            header("X-DocuSign-Signature-1"),
                                            header("X-DocuSign-Signature-2"),
                                            header("X-DocuSign-Signature-3"),
                                            header("X-DocuSign-Signature-4"),
                                            header("X-DocuSign-Signature-5"))
                                    .encoding("base64")
                                    .eventType(body("/event")))
                    .mediaTypes(MediaType.JSON, MediaType.XML),
            service("dropbox", "Dropbox", "https://www.dropbox.com/developers/reference/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Dropbox-Signature")).bodiesRepeat())
                    .handshake(() -> Handshakes.echo("challenge")),
            service(
                            "github",
                            "GitHub",
                            "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Hub-Signature-256").after("sha256=")))
                    .mediaTypes(MediaType.JSON, MediaType.FORM)
                    .typeOf(GitHubEvents::type),
            service("gitlab", "GitLab", "https://docs.gitlab.com/user/project/integrations/webhooks/")
                    .token(header("X-Gitlab-Token"), header("X-Gitlab-Event-UUID"), header("X-Gitlab-Event")),
            service(
                            "hubspot-v1",
                            "HubSpot, version 1",
                            "https://developers.hubspot.com/docs/api/webhooks/validating-requests")
                    .signature(
                            "SHA-256",
                            it -> it.signature(header("X-HubSpot-Signature")).content("{{secret}}{{body}}")),
            service(
                            "hubspot-v2",
                            "HubSpot, version 2",
                            "https://developers.hubspot.com/docs/api/webhooks/validating-requests")
                    .signature(
                            "SHA-256",
                            it -> it.signature(header("X-HubSpot-Signature"))
                                    .content("{{secret}}{{method}}{{url}}{{body}}")),
            service(
                            "hubspot-v3",
                            "HubSpot, version 3",
                            "https://developers.hubspot.com/docs/api/webhooks/validating-requests")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-HubSpot-Signature-v3"))
                                    .encoding("base64")
                                    .timestamp(header("X-HubSpot-Request-Timestamp"))
                                    .timestampUnit("millis")
                                    .content("{{method}}{{url}}{{body}}{{timestamp}}"))
                    .bodiesAreUnique(),
            service("intercom", "Intercom", "https://developers.intercom.com/docs/webhooks")
                    .signature(
                            "HmacSHA1",
                            it -> it.signature(header("X-Hub-Signature").after("sha1="))
                                    .eventId(body("/id"))
                                    .eventType(body("/topic"))),
            service("jira", "Jira", "https://developer.atlassian.com/cloud/jira/platform/webhooks/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Hub-Signature").after("sha256="))
                                    .eventType(body("/webhookEvent"))),
            service("linear", "Linear", "https://linear.app/developers/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Linear-Signature"))
                                    .timestamp(body("/webhookTimestamp"))
                                    .timestampUnit("millis")
                                    .eventType(body("/type")))
                    .bodiesAreUnique(),
            service(
                            "mailgun",
                            "Mailgun",
                            "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(body("/signature/signature"))
                                    .timestamp(body("/signature/timestamp"))
                                    .id(body("/signature/token"))
                                    .content("{{timestamp}}{{id}}")
                                    .eventType(body("/event-data/event")))
                    .bodiesAreUnique(),
            service(
                            "meta",
                            "Meta: Facebook, Instagram, WhatsApp",
                            "https://developers.facebook.com/docs/graph-api/webhooks/getting-started")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Hub-Signature-256").after("sha256="))
                                    .eventType(body("/object")))
                    .handshake("verifyToken", Handshakes::meta),
            service("paddle", "Paddle", "https://developer.paddle.com/webhooks/signature-verification")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Paddle-Signature")
                                            .items(";")
                                            .after("h1="))
                                    .timestamp(header("Paddle-Signature")
                                            .items(";")
                                            .after("ts="))
                                    .content("{{timestamp}}:{{body}}")
                                    .eventId(body("/event_id"))
                                    .eventType(body("/event_type"))),
            service("quickbooks", "QuickBooks", "https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("intuit-signature")).encoding("base64")),
            service(
                            "sendgrid",
                            "SendGrid",
                            "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features")
                    .signature(
                            "SHA256withECDSA",
                            it -> it.signature(header("X-Twilio-Email-Event-Webhook-Signature"))
                                    .encoding("base64")
                                    .timestamp(header("X-Twilio-Email-Event-Webhook-Timestamp"))
                                    .content("{{timestamp}}{{body}}")
                                    .eventId(body("/sg_event_id"))
                                    .eventType(body("/event")))
                    .bodiesAreUnique(),
            service("shopify", "Shopify", "https://shopify.dev/docs/apps/build/webhooks/subscribe/https")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Shopify-Hmac-Sha256")).encoding("base64"))
                    .mediaTypes(MediaType.JSON, MediaType.XML),
            service("slack", "Slack", "https://docs.slack.dev/authentication/verifying-requests-from-slack/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Slack-Signature").after("v0="))
                                    .timestamp(header("X-Slack-Request-Timestamp"))
                                    .content("v0:{{timestamp}}:{{body}}")
                                    .eventId(body("/event_id"))
                                    .eventType(body("/event/type")))
                    .bodiesAreUnique()
                    .mediaTypes(MediaType.JSON, MediaType.FORM)
                    .handshake(Handshakes::slack),
            service("square", "Square", "https://developer.squareup.com/docs/webhooks/step3validate")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Square-HmacSha256-Signature"))
                                    .encoding("base64")
                                    .content("{{url}}{{body}}")
                                    .eventId(body("/event_id"))
                                    .eventType(body("/type"))),
            service(
                            "standard-webhooks",
                            "Standard Webhooks",
                            "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("webhook-signature")
                                            .items(" ")
                                            .after("v1,"))
                                    .encoding("base64")
                                    .secretEncoding("base64")
                                    .secretPrefix("whsec_")
                                    .timestamp(header("webhook-timestamp"))
                                    .id(header("webhook-id"))
                                    .content("{{id}}.{{timestamp}}.{{body}}")
                                    .eventId(header("webhook-id"))
                                    .eventType(body("/type"))),
            service(
                            "standard-webhooks-ed25519",
                            "Standard Webhooks, Ed25519",
                            "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md")
                    .signature(
                            "Ed25519",
                            it -> it.signature(header("webhook-signature")
                                            .items(" ")
                                            .after("v1a,"))
                                    .encoding("base64")
                                    .secretPrefix("whpk_")
                                    .timestamp(header("webhook-timestamp"))
                                    .id(header("webhook-id"))
                                    .content("{{id}}.{{timestamp}}.{{body}}")
                                    .eventId(header("webhook-id"))
                                    .eventType(body("/type"))),
            service("stripe", "Stripe", "https://docs.stripe.com/webhooks#verify-manually")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Stripe-Signature")
                                            .items(",")
                                            .after("v1="))
                                    .timestamp(header("Stripe-Signature")
                                            .items(",")
                                            .after("t="))
                                    .content("{{timestamp}}.{{body}}")
                                    .eventId(body("/id"))
                                    .eventType(body("/type"))),
            service("svix", "Svix", "https://docs.svix.com/receiving/verifying-payloads/how-manual")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(
                                            header("svix-signature").items(" ").after("v1,"))
                                    .encoding("base64")
                                    .secretEncoding("base64")
                                    .secretPrefix("whsec_")
                                    .timestamp(header("svix-timestamp"))
                                    .id(header("svix-id"))
                                    .content("{{id}}.{{timestamp}}.{{body}}")
                                    .eventId(header("svix-id"))
                                    .eventType(body("/type"))),
            service("trello", "Trello", "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/")
                    .signature(
                            "HmacSHA1",
                            it -> it.signature(header("X-Trello-Webhook"))
                                    .encoding("base64")
                                    .content("{{body}}{{url}}")
                                    .eventId(body("/action/id"))
                                    .eventType(body("/action/type")))
                    .handshake(Handshakes::probes),
            service("twilio", "Twilio", "https://www.twilio.com/docs/usage/webhooks/webhooks-security")
                    .signature(
                            "HmacSHA1",
                            it -> it.signature(header("X-Twilio-Signature"))
                                    .encoding("base64")
                                    .content("{{url}}{{form}}")
                                    .bodyHash(query("bodySHA256"))),
            service("typeform", "Typeform", "https://www.typeform.com/developers/webhooks/secure-your-webhooks/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Typeform-Signature").after("sha256="))
                                    .encoding("base64")
                                    .eventId(body("/event_id"))
                                    .eventType(body("/event_type"))),
            service("xero", "Xero", "https://developer.xero.com/documentation/guides/webhooks/overview/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("x-xero-signature")).encoding("base64")),
            service("zendesk", "Zendesk", "https://developer.zendesk.com/documentation/webhooks/verifying/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Zendesk-Webhook-Signature"))
                                    .encoding("base64")
                                    .timestamp(header("X-Zendesk-Webhook-Signature-Timestamp"))
                                    .timestampUnit("iso")
                                    .content("{{timestamp}}{{body}}")
                                    .eventId(body("/id"))
                                    .eventType(body("/type")))
                    .mediaTypes(MediaType.JSON, MediaType.XML, MediaType.FORM),
            service("zoom", "Zoom", "https://developers.zoom.us/docs/api/webhooks/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("x-zm-signature").after("v0="))
                                    .timestamp(header("x-zm-request-timestamp"))
                                    .content("v0:{{timestamp}}:{{body}}")
                                    .eventType(body("/event")))
                    .bodiesAreUnique()
                    .handshake("secret", Handshakes::zoom));

    private static final Map<String, SignaturePreset> BY_NAME = byName();

    Presets() {}

    private static Map<String, SignaturePreset> byName() {
        Map<String, SignaturePreset> presets = new TreeMap<>();
        for (SignaturePreset preset : TABLE) {
            if (presets.put(preset.name(), preset) != null) {
                throw new IllegalStateException("there are two presets " + preset.name());
            }
        }
        return presets;
    }

    /** All presets, in alphabetical order. */
    static Iterable<SignaturePreset> all() {
        return BY_NAME.values();
    }

    /** The preset with this name; null if there is none. */
    static @Nullable SignaturePreset find(String name) {
        return BY_NAME.get(name);
    }

    /** The preset with this name; throws an exception that lists the known names. */
    static SignaturePreset get(String name) {
        SignaturePreset preset = name == null ? null : BY_NAME.get(name);
        if (preset == null) {
            throw new InvalidDefinitionException(
                    "signature", List.of("there is no preset " + name + ": use one of " + BY_NAME.keySet()));
        }
        return preset;
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
