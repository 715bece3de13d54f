package io.httpconnector.webhook;

import static io.httpconnector.webhook.SignaturePreset.service;
import static io.httpconnector.webhook.ValueSelector.body;
import static io.httpconnector.webhook.ValueSelector.header;

import java.time.Duration;
import java.util.List;

/** The signature presets of services from A to L. */
final class PresetsAToL {

    static final List<SignaturePreset> TABLE = List.of(
            service("adyen", "Adyen", "https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(
                                            body(
                                                    "/notificationItems/0/NotificationRequestItem/additionalData/hmacSignature"))
                                    .encoding("base64")
                                    .secretEncoding("hex")
                                    .content("{{body./notificationItems/0/NotificationRequestItem/pspReference}}:"
                                            + "{{body./notificationItems/0/NotificationRequestItem/originalReference}}:"
                                            + "{{body./notificationItems/0/NotificationRequestItem/merchantAccountCode}}:"
                                            + "{{body./notificationItems/0/NotificationRequestItem/merchantReference}}:"
                                            + "{{body./notificationItems/0/NotificationRequestItem/amount/value}}:"
                                            + "{{body./notificationItems/0/NotificationRequestItem/amount/currency}}:"
                                            + "{{body./notificationItems/0/NotificationRequestItem/eventCode}}:"
                                            + "{{body./notificationItems/0/NotificationRequestItem/success}}")
                                    .eventType(body("/notificationItems/0/NotificationRequestItem/eventCode"))),
            service("airtable", "Airtable", "https://airtable.com/developers/web/api/webhooks-overview")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Airtable-Content-MAC").after("hmac-sha256="))
                                    .secretEncoding("base64")),
            service("asana", "Asana", "https://developers.asana.com/docs/webhooks-guide")
                    .signature("HmacSHA256", it -> it.signature(header("X-Hook-Signature")))
                    .receivedSecret(
                            "asana passes a secret to the application: use handshake(Handshakes.asana(...))",
                            DeliveredSecretHandshakes::asana),
            service(
                            "bigcommerce",
                            "BigCommerce",
                            "https://developer.bigcommerce.com/docs/integrations/webhooks/https-webhook-overview")
                    .signature(
                            "HmacSHA256",
                            it -> PresetsSToZ.standardWebhooks(it, "webhook-")
                                    .secretEncoding("utf8")
                                    .secretPrefix("")
                                    .eventType(body("/scope"))),
            service(
                            "bird",
                            "Bird",
                            "https://docs.bird.com/api/notifications-api/api-reference/webhook-subscriptions/verifying-a-webhook-subscription")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("MessageBird-Signature"))
                                    .encoding("base64")
                                    .timestamp(header("MessageBird-Request-Timestamp"))
                                    .content("{{timestamp}}\n{{url}}\n{{bodySha256 | bytes}}")
                                    .eventType(body("/event"))
                                    .bodiesAreUnique()),
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
            service("braintree", "Braintree", "https://developer.paypal.com/braintree/docs/guides/webhooks/parse")
                    .signature(
                            "HmacSHA1",
                            it -> it.signature(body("/bt_signature").items("&").part("|", 1))
                                    .key("{{secret | sha1 | bytes}}")
                                    .content("{{form.bt_payload}}"))
                    .mediaTypes(MediaType.FORM),
            service("buildkite", "Buildkite", "https://buildkite.com/docs/apis/webhooks/pipelines")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Buildkite-Signature")
                                            .items(",")
                                            .after("signature="))
                                    .timestamp(header("X-Buildkite-Signature")
                                            .items(",")
                                            .after("timestamp="))
                                    .content("{{timestamp}}.{{body}}")
                                    .eventType(body("/event"))
                                    .bodiesAreUnique()),
            service("cal-com", "Cal.com", "https://cal.com/docs/developing/guides/automation/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Cal-Signature-256")).eventType(body("/triggerEvent"))),
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
                                    .eventType(body("/event"))
                                    .bodiesAreUnique()),
            service("checkout-com", "Checkout.com", "https://www.checkout.com/docs/workflows")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Cko-Signature"))
                                    .eventId(body("/id"))
                                    .eventType(body("/type"))),
            service("circleci", "CircleCI", "https://circleci.com/docs/webhooks/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("circleci-signature")
                                            .items(",")
                                            .after("v1="))
                                    .eventId(body("/id"))
                                    .eventType(body("/type"))),
            service("clerk", "Clerk", "https://clerk.com/docs/guides/development/webhooks/overview")
                    .signature("HmacSHA256", PresetsSToZ::svix),
            service("clickup", "ClickUp", "https://developer.clickup.com/docs/webhooksignature")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Signature")).eventType(body("/event"))),
            service(
                            "coinbase",
                            "Coinbase Developer Platform",
                            "https://docs.cdp.coinbase.com/webhooks/verify-signatures")
                    .signature(
                            "HmacSHA256",
                            // The second header field is deprecated.
                            it -> it.signature(
                                            header("X-Webhook-Signature")
                                                    .items(",")
                                                    .after("v1="),
                                            header("X-Hook0-Signature")
                                                    .items(",")
                                                    .after("v1="))
                                    .timestamp(header("X-Webhook-Signature")
                                            .items(",")
                                            .after("t=")
                                            .or(header("X-Hook0-Signature")
                                                    .items(",")
                                                    .after("t=")))
                                    .content("{{timestamp}}.{{signedHeaderNames}}.{{signedHeaders}}.{{body}}")
                                    .signedHeaders(
                                            header("X-Webhook-Signature")
                                                    .items(",")
                                                    .after("h=")
                                                    .or(header("X-Hook0-Signature")
                                                            .items(",")
                                                            .after("h=")),
                                            "",
                                            ".")
                                    .eventId(header("X-Event-Id"))
                                    .eventType(header("X-Event-Type"))
                                    .bodiesAreUnique()),
            service(
                            "coinbase-commerce",
                            "Coinbase Commerce",
                            "https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-CC-Webhook-Signature"))
                                    .eventId(body("/event/id"))
                                    .eventType(body("/event/type"))),
            service(
                            "contentful",
                            "Contentful",
                            "https://www.contentful.com/developers/docs/webhooks/request-verification/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Contentful-Signature"))
                                    .timestamp(header("X-Contentful-Timestamp"))
                                    .timestampUnit("millis")
                                    .content("{{method}}\n{{target | escaped}}\n{{signedHeaders}}\n{{body}}")
                                    .signedHeaders(header("X-Contentful-Signed-Headers"), ":", ";")
                                    .eventId(header("X-Contentful-Idempotency-Key"))
                                    .eventType(header("X-Contentful-Topic"))
                                    .bodiesAreUnique()),
            service("discord", "Discord", "https://discord.com/developers/docs/events/webhook-events")
                    .signature(
                            "Ed25519",
                            it -> it.signature(header("X-Signature-Ed25519"))
                                    .timestamp(header("X-Signature-Timestamp"))
                                    .content("{{timestamp}}{{body}}")
                                    .eventType(body("/event/type"))
                                    .bodiesAreUnique())
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
            service("dropbox-sign", "Dropbox Sign", "https://developers.hellosign.com/docs/events/walkthrough/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(body("/json/event/event_hash"))
                                    .content("{{body./json/event/event_time}}{{body./json/event/event_type}}")
                                    .eventType(body("/json/event/event_type")))
                    .mediaTypes(MediaType.FORM),
            service("elevenlabs", "ElevenLabs", "https://elevenlabs.io/docs/overview/administration/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("ElevenLabs-Signature")
                                            .items(",")
                                            .after("v0="))
                                    .timestamp(header("ElevenLabs-Signature")
                                            .items(",")
                                            .after("t="))
                                    .tolerance(Duration.ofMinutes(30))
                                    .content("{{timestamp}}.{{body}}")
                                    .eventType(body("/type"))
                                    .bodiesAreUnique()),
            service("fal", "fal.ai", "https://docs.fal.ai/model-endpoints/webhooks")
                    .signature(
                            "Ed25519",
                            it -> it.signature(header("X-Fal-Webhook-Signature"))
                                    .timestamp(header("X-Fal-Webhook-Timestamp"))
                                    .id(header("X-Fal-Webhook-Request-Id"))
                                    .content("{{id}}\n{{header.X-Fal-Webhook-User-Id}}\n{{timestamp}}\n{{bodySha256}}")
                                    .eventId(header("X-Fal-Webhook-Request-Id"))
                                    .eventType(body("/status"))),
            service("figma", "Figma", "https://developers.figma.com/docs/rest-api/webhooks-security")
                    // The timestamp is no id: several events may have the same.
                    .token(body("/passcode"), null, body("/event_type"))
                    .bodiesAreUnique(),
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
                    .token(header("X-Gitlab-Token"), header("Idempotency-Key"), header("X-Gitlab-Event")),
            service(
                            "gocardless",
                            "GoCardless",
                            "https://developer.gocardless.com/getting-started/stay-up-to-date-with-webhooks-v2")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Webhook-Signature"))
                                    .eventId(body("/id").or(body("/meta/webhook_id"))))
                    .typeOf(EventTypes.joined("resource_type", "action")),
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
                                    .content("{{method}}{{url | decodeReserved}}{{body}}{{timestamp}}")
                                    .bodiesAreUnique()),
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
            service(
                            "lark",
                            "Lark, Feishu",
                            "https://open.larksuite.com/document/server-docs/event-subscription-guide/event-subscription-configure-/encrypt-key-encryption-configuration-case")
                    .signature(
                            "SHA-256",
                            it -> it.signature(header("X-Lark-Signature"))
                                    .timestamp(header("X-Lark-Request-Timestamp"))
                                    .content("{{timestamp}}{{header.X-Lark-Request-Nonce}}{{secret}}{{body}}")
                                    .encrypted(body("/encrypt"), "{{secret | sha256 | bytes}}")
                                    .eventId(body("/header/event_id").or(body("/uuid")))
                                    .eventType(body("/header/event_type").or(body("/event/type")))
                                    .bodiesAreUnique())
                    .handshake("encryptKey", Handshakes::lark),
            service("launchdarkly", "LaunchDarkly", "https://launchdarkly.com/docs/home/infrastructure/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-LD-Signature"))
                                    .eventId(body("/_id"))
                                    .eventType(body("/accesses/0/action"))),
            service("lemon-squeezy", "Lemon Squeezy", "https://docs.lemonsqueezy.com/help/webhooks/signing-requests")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Signature")).eventType(body("/meta/event_name"))),
            service("line", "LINE", "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("x-line-signature")).encoding("base64")),
            service("linear", "Linear", "https://linear.app/developers/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Linear-Signature"))
                                    .timestamp(body("/webhookTimestamp"))
                                    .timestampUnit("millis")
                                    .eventType(body("/type"))
                                    .bodiesAreUnique()));

    private PresetsAToL() {}
}
