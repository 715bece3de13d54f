package io.httpconnector.micronaut;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.httpconnector.micronaut", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** An application without a web server needs no {@code micronaut-http}. Classes are generated for the controller. */
    @ArchTest
    static final ArchRule onlyTheControllerUsesHttp = noClasses()
            .that()
            .haveNameNotMatching(".*WebhookController.*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micronaut.http..");

    /** The server is that of the application. */
    @ArchTest
    static final ArchRule noServer = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micronaut.http.server..", "io.micronaut.http.netty..", "io.netty..");
}
