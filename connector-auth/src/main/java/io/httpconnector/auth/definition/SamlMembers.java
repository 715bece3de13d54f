package io.httpconnector.auth.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.SamlAssertion;
import io.httpconnector.auth.oauth2.OAuth2;
import io.httpconnector.auth.oauth2.OAuth2Builder;
import io.httpconnector.internal.json.JsonObjectReader;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The members of {@code oauth2-saml-bearer}: an {@code assertion}, or {@code saml}, which describes a signed one. Immutable. */
record SamlMembers(
        FieldText issuer,
        FieldText subject,
        FieldText key,
        @Nullable FieldText certificate,
        @Nullable FieldText audience,
        @Nullable FieldText recipient,
        @Nullable FieldText nameIdFormat,
        Map<String, FieldText> attributes,
        @Nullable Duration lifetime) {

    static Function<FieldValues, OAuth2Builder> read(Members members) {
        JsonObjectReader reader = members.reader();
        String unused = reader.exactlyOneOf("assertion", "saml");
        // "assertion": The encoded assertion.
        FieldText assertion = members.secret("assertion");
        // "saml": The assertion that is signed for each token request, by RSA with SHA-256.
        SamlMembers saml = reader.object("saml", object -> readSaml(members.of(object)));
        return values -> saml == null
                ? OAuth2.samlBearer(assertion == null ? Secret.of("missing") : values.requiredSecret(assertion))
                : OAuth2.samlBearer(saml.build(values));
    }

    private static SamlMembers readSaml(Members members) {
        return new SamlMembers(
                // "issuer": The issuer.
                members.requiredText("issuer"),
                // "subject": The subject.
                members.requiredText("subject"),
                // "key": The RSA key in PEM.
                members.requiredSecret("key"),
                // "certificate": The certificate of the key in PEM.
                members.textIfFixed("certificate", KeyMembers::certificate),
                // "audience": The audience. Default: the token URL.
                members.text("audience", Members::checkNotEmpty),
                // "recipient": The recipient. Default: the token URL.
                members.text("recipient", Members::checkNotEmpty),
                // "nameIdFormat": The format of the subject.
                members.text("nameIdFormat", Members::checkNotEmpty),
                // "attributes": The attributes by name.
                members.texts("attributes", false),
                // "lifetime": The lifetime of the assertion. Default: 5 minutes.
                members.positiveDuration("lifetime"));
    }

    private SamlAssertion build(FieldValues values) {
        SamlAssertion saml;
        try {
            saml = SamlAssertion.of(
                    values.requiredText(issuer), values.requiredText(subject), values.requiredSecret(key));
        } catch (InvalidDefinitionException e) {
            throw new InvalidDefinitionException(
                    "SAML",
                    e.problems().stream()
                            .map(problem -> key.pointer() + ": " + problem)
                            .toList());
        }
        saml = with(saml, values.text(audience), SamlAssertion::audience);
        saml = with(saml, values.text(recipient), SamlAssertion::recipient);
        saml = with(saml, values.text(nameIdFormat), SamlAssertion::nameIdFormat);
        for (Map.Entry<String, FieldText> attribute : attributes.entrySet()) {
            saml = with(
                    saml, values.text(attribute.getValue()), (it, value) -> it.attribute(attribute.getKey(), value));
        }
        saml = with(saml, values.text(certificate), (it, pem) -> it.certificate(KeyMembers.certificate(pem)));
        return lifetime == null ? saml : saml.lifetime(lifetime);
    }

    private interface AssertionSetter {
        SamlAssertion set(SamlAssertion saml, String value);
    }

    private static SamlAssertion with(SamlAssertion saml, @Nullable String value, AssertionSetter setter) {
        return value == null ? saml : setter.set(saml, value);
    }
}
