package io.httpconnector.webhook;

import static io.httpconnector.webhook.SignaturePreset.service;
import static io.httpconnector.webhook.ValueSelector.body;
import static io.httpconnector.webhook.ValueSelector.header;
import static io.httpconnector.webhook.ValueSelector.query;

import java.time.Duration;
import java.util.List;

/** The signature presets of services from S to Z. */
final class PresetsSToZ {

    static final List<SignaturePreset> TABLE = List.of(
            service(
                            "segment",
                            "Segment",
                            "https://www.twilio.com/docs/segment/connections/destinations/catalog/actions-webhook")
                    .signature(
                            "HmacSHA1",
                            it -> it.signature(header("X-Signature"))
                                    .eventId(body("/messageId"))
                                    .eventType(body("/type"))),
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
                                    .eventType(body("/event"))
                                    .bodiesAreUnique()),
            service(
                            "sentry",
                            "Sentry",
                            "https://docs.sentry.io/organization/integrations/integration-platform/webhooks/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Sentry-Hook-Signature")).eventType(body("/action"))),
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
                                    .eventType(body("/event/type"))
                                    .bodiesAreUnique())
                    .mediaTypes(MediaType.JSON, MediaType.FORM)
                    .handshake(Handshakes::slack),
            service(
                            "smartsheet",
                            "Smartsheet",
                            "https://developers.smartsheet.com/api/smartsheet/guides/webhooks/webhook-verification")
                    .signature("HmacSHA256", it -> it.signature(header("Smartsheet-Hmac-SHA256")))
                    .handshake(Handshakes::smartsheet),
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
                    .signature("HmacSHA256", it -> standardWebhooks(it, "webhook-")),
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
                    .signature("HmacSHA256", PresetsSToZ::svix),
            service("tally", "Tally", "https://tally.so/help/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Tally-Signature"))
                                    .encoding("base64")
                                    .eventId(body("/eventId"))
                                    .eventType(body("/eventType"))),
            service("telegram", "Telegram", "https://core.telegram.org/bots/api#setwebhook")
                    .token(header("X-Telegram-Bot-Api-Secret-Token"), body("/update_id"), null)
                    .typeOf(EventTypes.memberOtherThan("update_id")),
            service("telnyx", "Telnyx", "https://developers.telnyx.com/docs/development/api-fundamentals/webhooks")
                    .signature(
                            "Ed25519",
                            it -> it.signature(header("telnyx-signature-ed25519"))
                                    .encoding("base64")
                                    .timestamp(header("telnyx-timestamp"))
                                    .content("{{timestamp}}|{{body}}")
                                    .eventId(body("/data/id"))
                                    .eventType(body("/data/event_type"))
                                    .bodiesAreUnique()),
            service("tiktok", "TikTok", "https://developers.tiktok.com/doc/webhooks-verification")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("TikTok-Signature")
                                            .items(",")
                                            .after("s="))
                                    .timestamp(header("TikTok-Signature")
                                            .items(",")
                                            .after("t="))
                                    .content("{{timestamp}}.{{body}}")
                                    .eventType(body("/event"))
                                    .bodiesAreUnique()),
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
                                    .alternativeAlgorithms("HmacSHA256")
                                    .content("{{url}}{{form}}")
                                    .urlVariants()
                                    .bodyHash(query("bodySHA256"))),
            service("twitch", "Twitch", "https://dev.twitch.tv/docs/eventsub/handling-webhook-events")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Twitch-Eventsub-Message-Signature")
                                            .after("sha256="))
                                    .timestamp(header("Twitch-Eventsub-Message-Timestamp"))
                                    .timestampUnit("iso")
                                    .tolerance(Duration.ofMinutes(10))
                                    .id(header("Twitch-Eventsub-Message-Id"))
                                    .content("{{id}}{{timestamp}}{{body}}")
                                    .eventId(header("Twitch-Eventsub-Message-Id"))
                                    .eventType(body("/subscription/type")))
                    .handshake(Handshakes::twitch),
            service("typeform", "Typeform", "https://www.typeform.com/developers/webhooks/secure-your-webhooks/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Typeform-Signature").after("sha256="))
                                    .encoding("base64")
                                    .eventId(body("/event_id"))
                                    .eventType(body("/event_type"))),
            service("vercel", "Vercel", "https://vercel.com/docs/webhooks/webhooks-api")
                    .signature(
                            "HmacSHA1",
                            it -> it.signature(header("x-vercel-signature"))
                                    .eventId(body("/id"))
                                    .eventType(body("/type"))),
            service("webflow", "Webflow", "https://developers.webflow.com/data/docs/working-with-webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("x-webflow-signature"))
                                    .timestamp(header("x-webflow-timestamp"))
                                    .timestampUnit("millis")
                                    .content("{{timestamp}}:{{body}}")
                                    .eventType(body("/triggerType"))
                                    .bodiesAreUnique()),
            service("woocommerce", "WooCommerce", "https://woocommerce.com/document/webhooks/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-WC-Webhook-Signature")).encoding("base64")),
            service("workos", "WorkOS", "https://workos.com/docs/events/data-syncing/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("WorkOS-Signature")
                                            .items(",")
                                            .after("v1="))
                                    .timestamp(header("WorkOS-Signature")
                                            .items(",")
                                            .after("t="))
                                    .timestampUnit("millis")
                                    .content("{{timestamp}}.{{body}}")
                                    .eventId(body("/id"))
                                    .eventType(body("/event"))),
            service("x", "X", "https://docs.x.com/x-api/webhooks/introduction")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("x-twitter-webhooks-signature")
                                            .after("sha256="))
                                    .encoding("base64"))
                    .handshake("consumerSecret", Handshakes::x),
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
                                    .eventType(body("/event"))
                                    .bodiesAreUnique())
                    .handshake("secret", Handshakes::zoom));

    private PresetsSToZ() {}

    /** Sets the scheme of Standard Webhooks, whose header fields have a prefix. */
    static SignatureBuilder standardWebhooks(SignatureBuilder builder, String prefix) {
        return builder.signature(header(prefix + "signature").items(" ").after("v1,"))
                .encoding("base64")
                .timestamp(header(prefix + "timestamp"))
                .id(header(prefix + "id"))
                .content("{{id}}.{{timestamp}}.{{body}}")
                .secretEncoding("base64-or-utf8")
                .secretPrefix("whsec_")
                .eventId(header(prefix + "id"))
                .eventType(body("/type"));
    }

    /** Sets the scheme of services that send by Svix. */
    static SignatureBuilder svix(SignatureBuilder builder) {
        return standardWebhooks(builder, "svix-");
    }
}
