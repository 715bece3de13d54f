package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.AwsAuth;
import io.httpconnector.auth.AwsCredentials;
import io.httpconnector.auth.AwsRole;
import io.httpconnector.internal.json.JsonObjectReader;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The type {@code aws}: AWS Signature Version 4, with an access key or the temporary credentials of a role. */
final class AwsType {

    static final AuthType TYPE = AuthType.reading("aws", AwsType::read);

    private AwsType() {}

    private static Recipe read(Members members) {
        JsonObjectReader reader = members.reader();
        Role role = Role.read(members);
        // "webIdentityToken": An OpenID Connect token that is exchanged for the credentials of the role, instead of an
        // access key.
        FieldText identity = members.secret("webIdentityToken");
        boolean hasIdentity = reader.has("webIdentityToken");
        // "accessKeyId": The ID of the access key; a secret one is looked up for each request, together with the key.
        FieldText id = hasIdentity
                ? null
                : members.requiredSecret("accessKeyId", text -> {
                    Members.checkNotEmpty(text);
                    check(text, "x", "x");
                });
        // "secretAccessKey": The secret access key.
        FieldText key = hasIdentity ? null : members.requiredSecret("secretAccessKey");
        // "sessionToken": The session token of temporary credentials.
        FieldText token = members.secret("sessionToken");
        if (hasIdentity && role == null) {
            reader.problem("roleArn", "it is missing, but there is a webIdentityToken");
        }
        if (hasIdentity) {
            Stream.of("accessKeyId", "secretAccessKey", "sessionToken")
                    .filter(reader::has)
                    .forEach(member -> reader.problem(member, "the webIdentityToken replaces it: omit one of them"));
        }
        // "region": The AWS region, such as `eu-central-1`.
        FieldText region = members.requiredText("region", text -> check("x", text, "x"));
        // "service": The name of the AWS service in the signature, such as `execute-api`.
        FieldText service = members.requiredText("service", text -> check("x", "x", text));
        Additions additions = Additions.common(members, "Authorization", "X-Amz-Date", "X-Amz-Security-Token");
        return Recipe.of(additions, values -> {
            String place = values.requiredText(region);
            String name = values.requiredText(service);
            AwsRole assumed = role == null ? null : role.build(values);
            if (identity != null && assumed != null) {
                return AwsAuth.webIdentity(assumed, values.requiredSecret(identity), place, name);
            }
            if (id == null || key == null) {
                return AuthStrategy.none();
            }
            AwsAuth aws = access(id, key, values, place, name).timeSource(values.timeSource());
            Secret session = values.secret(token);
            aws = session == null ? aws : aws.sessionToken(session);
            return assumed == null ? aws : aws.assumeRole(assumed);
        });
    }

    /** Signs with an access key, whose secret ID is looked up for each request. */
    private static AwsAuth access(FieldText id, FieldText key, FieldValues values, String region, String service) {
        Secret secretKey = values.requiredSecret(key);
        if (!values.isSecret(id)) {
            return AwsAuth.of(values.requiredText(id), secretKey, region, service);
        }
        Secret secretId = values.requiredSecret(id);
        // The ID is masked, too.
        Secret both = secretKey.combine(secretId, (first, unused) -> first);
        return AwsAuth.of(() -> AwsCredentials.of(secretId.reveal(), both), region, service);
    }

    private static void check(String id, String region, String service) {
        var unused = AwsAuth.of(id, Secret.of("x"), region, service);
    }

    /** The members of a role. */
    private record Role(
            FieldText arn,
            @Nullable FieldText sessionName,
            @Nullable FieldText externalId,
            @Nullable Duration lifetime,
            @Nullable UrlText stsUrl) {

        static @Nullable Role read(Members members) {
            JsonObjectReader reader = members.reader();
            // "roleArn": The ARN of a role whose temporary credentials sign the requests.
            FieldText arn = members.textIfFixed("roleArn", AwsRole::of);
            // "roleSessionName": The name of the session of the role.
            FieldText sessionName = members.textIfFixed("roleSessionName", AwsRole.of("arn:x")::sessionName);
            // "externalId": The external ID that the role requires.
            FieldText externalId = members.text("externalId");
            // "roleLifetime": The lifetime of the temporary credentials.
            Duration lifetime = reader.duration("roleLifetime");
            if (lifetime != null) {
                reader.attempt("roleLifetime", () -> AwsRole.of("arn:x").lifetime(lifetime));
            }
            // "stsUrl": The URL of the AWS Security Token Service. Default: the global endpoint.
            UrlText stsUrl = UrlText.read(members, "stsUrl");
            if (!reader.has("roleArn")) {
                Stream.of("roleSessionName", "externalId", "roleLifetime", "stsUrl")
                        .filter(reader::has)
                        .forEach(member -> reader.problem(member, "it requires roleArn"));
            }
            return arn == null ? null : new Role(arn, sessionName, externalId, lifetime, stsUrl);
        }

        @Nullable AwsRole build(FieldValues values) {
            String name = values.text(arn);
            if (name == null) {
                return null;
            }
            try {
                AwsRole role = with(
                        AwsRole.of(name).timeSource(values.timeSource()),
                        values.text(sessionName),
                        AwsRole::sessionName);
                role = with(role, values.text(externalId), AwsRole::externalId);
                role = with(role, values.url(stsUrl), AwsRole::stsUrl);
                return lifetime == null ? role : role.lifetime(lifetime);
            } catch (InvalidDefinitionException e) {
                e.problems().forEach(problem -> values.problem(arn.pointer(), problem));
                return null;
            }
        }

        private interface RoleSetter {
            AwsRole set(AwsRole role, String value);
        }

        private static AwsRole with(AwsRole role, @Nullable String value, RoleSetter setter) {
            return value == null ? role : setter.set(role, value);
        }
    }
}
