package io.httpconnector.webhook;

import static io.httpconnector.webhook.SignaturePreset.service;
import static io.httpconnector.webhook.ValueSelector.body;
import static io.httpconnector.webhook.ValueSelector.header;

import java.util.List;

/** The signature presets of services from M to R. */
final class PresetsMToR {

    static final List<SignaturePreset> TABLE = List.of(
            service(
                            "mailgun",
                            "Mailgun",
                            "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(body("/signature/signature").or(body("/signature")))
                                    .timestamp(body("/signature/timestamp").or(body("/timestamp")))
                                    .id(body("/signature/token").or(body("/token")))
                                    .content("{{timestamp}}{{id}}")
                                    .eventType(body("/event-data/event"))
                                    .bodiesAreUnique())
                    .mediaTypes(MediaType.JSON, MediaType.FORM),
            service(
                            "mercado-pago",
                            "Mercado Pago",
                            "https://www.mercadopago.com.mx/developers/es/docs/qr-code/notifications")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("x-signature").items(",").after("v1="))
                                    .timestamp(header("x-signature").items(",").after("ts="))
                                    .timestampUnit("seconds-or-millis")
                                    .content(
                                            "id:{{query.data.id | lower}};request-id:{{header.x-request-id}};ts:{{timestamp}};")
                                    .eventType(body("/type"))
                                    .bodiesAreUnique()),
            service("messagebird", "MessageBird", "https://developers.messagebird.com/api/#verifying-http-requests")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("MessageBird-Signature"))
                                    .encoding("base64")
                                    .timestamp(header("MessageBird-Request-Timestamp"))
                                    .content("{{timestamp}}\n{{query | sorted}}\n{{bodySha256 | bytes}}")
                                    .eventType(body("/type"))
                                    .bodiesAreUnique()),
            service(
                            "meta",
                            "Meta: Facebook, Instagram, WhatsApp",
                            "https://developers.facebook.com/docs/graph-api/webhooks/getting-started")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Hub-Signature-256").after("sha256="))
                                    .eventType(body("/object")))
                    .handshake("verifyToken", Handshakes::meta),
            service("monday", "Monday", "https://developer.monday.com/apps/docs/authorization-header")
                    .jwt(
                            header("Authorization"),
                            body("/event/triggerUuid"),
                            body("/event/type").or(body("/type")))
                    .bodiesAreUnique()
                    .handshake(Handshakes::echoedJson),
            service("mux", "Mux", "https://www.mux.com/docs/core/verify-webhook-signatures")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(
                                            header("Mux-Signature").items(",").after("v1="))
                                    .timestamp(
                                            header("Mux-Signature").items(",").after("t="))
                                    .content("{{timestamp}}.{{body}}")
                                    .eventId(body("/id"))
                                    .eventType(body("/type"))),
            service("notion", "Notion", "https://developers.notion.com/reference/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Notion-Signature").after("sha256="))
                                    .eventId(body("/id"))
                                    .eventType(body("/type")))
                    .receivedSecret(
                            "notion passes a token to the application: use handshake(Handshakes.notion(...))",
                            DeliveredSecretHandshakes::notion),
            service("okta", "Okta", "https://developer.okta.com/docs/concepts/event-hooks/")
                    .token(header("Authorization"), body("/eventId").or(body("/eventID")), body("/eventType"))
                    .handshake(Handshakes::okta),
            service("openai", "OpenAI", "https://developers.openai.com/api/docs/guides/webhooks")
                    .signature("HmacSHA256", it -> PresetsSToZ.standardWebhooks(it, "webhook-")),
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
            service("pagerduty", "PagerDuty", "https://developer.pagerduty.com/docs/webhooks-overview")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-PagerDuty-Signature")
                                            .items(",")
                                            .after("v1="))
                                    .eventId(body("/event/id"))
                                    .eventType(body("/event/event_type"))),
            service("patreon", "Patreon", "https://docs.patreon.com/#webhooks")
                    .signature("HmacMD5", it -> it.signature(header("X-Patreon-Signature"))),
            service("paystack", "Paystack", "https://paystack.com/docs/payments/webhooks/")
                    .signature(
                            "HmacSHA512",
                            it -> it.signature(header("x-paystack-signature")).eventType(body("/event"))),
            service("persona", "Persona", "https://docs.withpersona.com/docs/webhooks-best-practices")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("Persona-Signature")
                                            .items(" ")
                                            .part(",", 1)
                                            .after("v1="))
                                    .timestamp(header("Persona-Signature")
                                            .part(",", 0)
                                            .after("t="))
                                    .content("{{timestamp}}.{{body}}")
                                    .eventId(body("/data/id"))
                                    .eventType(body("/data/attributes/name"))
                                    .bodiesAreUnique()),
            service("quickbooks", "QuickBooks", "https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("intuit-signature")).encoding("base64")),
            service("razorpay", "Razorpay", "https://razorpay.com/docs/webhooks/validate-test/")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("X-Razorpay-Signature")).eventType(body("/event"))),
            service("recurly", "Recurly", "https://docs.recurly.com/recurly-subscriptions/docs/signature-verification")
                    .signature(
                            "HmacSHA256",
                            it -> it.signature(header("recurly-signature").items(","))
                                    .timestamp(header("recurly-signature").part(",", 0))
                                    .timestampUnit("millis")
                                    .content("{{timestamp}}.{{body}}")
                                    .eventType(body("/event_type"))
                                    .bodiesAreUnique()),
            service("replicate", "Replicate", "https://replicate.com/docs/topics/webhooks/verify-webhook")
                    .signature(
                            "HmacSHA256",
                            it -> PresetsSToZ.standardWebhooks(it, "webhook-").eventType(body("/status"))),
            service("resend", "Resend", "https://resend.com/docs/webhooks/verify-webhooks-requests")
                    .signature("HmacSHA256", PresetsSToZ::svix));

    private PresetsMToR() {}
}
