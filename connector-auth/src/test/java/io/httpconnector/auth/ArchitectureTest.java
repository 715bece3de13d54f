package io.httpconnector.auth;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.httpconnector.auth", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule strategiesUseTheRootTemplatesAndInternals = classes()
            .should()
            .onlyDependOnClassesThat(resideInAPackage("io.httpconnector.auth..")
                    .or(resideInAPackage("io.httpconnector"))
                    .or(resideInAPackage("io.httpconnector.internal.."))
                    .or(resideInAPackage("io.httpconnector.template"))
                    .or(resideInAPackage("java.."))
                    .or(resideInAPackage("javax.crypto.."))
                    .or(resideInAPackage("com.sun.net.httpserver"))
                    .or(resideInAPackage("com.fasterxml.jackson.."))
                    .or(resideInAPackage("com.github.scribejava.."))
                    .or(resideInAPackage("org.apache.hc.."))
                    .or(resideInAPackage("org.slf4j.."))
                    .or(resideInAPackage("org.jspecify..")));
}
