package io.httpconnector.auth.definition;

import io.httpconnector.AuthStrategy;
import io.httpconnector.Secret;
import io.httpconnector.auth.AwsAuth;

/** The type {@code aws}: AWS Signature Version 4. */
final class AwsType {

    static final AuthType TYPE = AuthType.of("aws", AwsType::build)
            .text("accessKeyId", text -> check(text, "x", "x"))
            .secret("secretAccessKey")
            .optionalSecret("sessionToken")
            .text("region", text -> check("x", text, "x"))
            .text("service", text -> check("x", "x", text))
            .setsHeaders("Authorization", "X-Amz-Date", "X-Amz-Security-Token");

    private AwsType() {}

    private static AuthStrategy build(AuthType.Values values) {
        AwsAuth aws = AwsAuth.of(
                values.text("accessKeyId"),
                values.secret("secretAccessKey"),
                values.text("region"),
                values.text("service"));
        return values.optionalSecret("sessionToken").map(aws::sessionToken).orElse(aws);
    }

    private static void check(String id, String region, String service) {
        var unused = AwsAuth.of(id, Secret.of("x"), region, service);
    }
}
